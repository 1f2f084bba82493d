use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keyrig_device::capture::{Carries, Side};
use keyrig_device::control::{Apart, Line, Listed, Logged, View};
use keyrig_device::plugged::{Credential, Deed, Entry, Flags, Happening, Led, Prompted, Status};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use super::draw::{self, Look};
use super::keys::press;
use super::order::Order;
use super::state::{Focus, Leave, News, Over, Page, State};

fn status() -> Status {
    Status {
        name: "desk".into(),
        profile: "yubikey-5-nfc-5.7".into(),
        product: "YubiKey 5 NFC".into(),
        maker: "Yubico AB".into(),
        firmware: Some("5.7.1".into()),
        aaguid: "a25342c0-3cdc-4414-8e46-f4807fca511c".into(),
        inserted: true,
        led: Led::On,
        prompt: None,
        gestures: "person".into(),
        backup_eligible: false,
        backup_state: false,
        last_flags: None,
        pin_is_set: false,
        pin_retries: 8,
        uv_retries: 3,
        fingers: 0,
        credentials: 0,
        discoverable: 0,
        room: 100,
        faults: Vec::new(),
    }
}

fn asking() -> Status {
    let prompt = Prompted { ask: "touch".into(), command: "authenticatorMakeCredential".into() };
    Status { led: Led::Blinking, prompt: Some(prompt), ..status() }
}

fn credential(number: u8) -> Listed {
    Listed::from(Credential {
        id: format!("{number:02x}"),
        rp_id: format!("{number}.example.org"),
        user_id: "616c696365".into(),
        user_name: Some("alice".into()),
        algorithm: -7,
        discoverable: number.is_multiple_of(2),
        backup_eligible: false,
        backup_state: false,
        sign_count: 1,
    })
}

fn entry(number: u64, what: Happening) -> Logged {
    let said = what.said();
    let line = |depth, name: &str, text: &str| Line { depth, name: name.into(), text: text.into(), note: None };
    let is_message = matches!(what, Happening::Message { .. });
    let apart = is_message.then(|| Apart {
        decoded: serde_json::Value::Null,
        lines: vec![
            line(0, "rp (2)", ""),
            line(1, "id", "\"example.org\""),
            line(0, "clientDataHash (1)", &"cd".repeat(60)),
        ],
    });
    Logged { entry: Entry { number, at_ms: number * 1234, what }, said, apart }
}

fn message(number: u64) -> Logged {
    entry(
        number,
        Happening::Message {
            from: Side::Host,
            channel: "00000001".into(),
            command: "CTAPHID_CBOR".into(),
            payload: "01".into(),
            carries: Carries::Ctap2,
            summary: "authenticatorMakeCredential, 98 bytes".into(),
        },
    )
}

fn state(status: Status) -> State {
    let mut state = State::new(Leave::Stays);
    state.hear(News::View(Box::new(View::from(status))));
    state
}

fn full() -> State {
    let flags = Some(Flags { up: true, uv: false, be: true, bs: false });
    let faults = vec!["drop".to_owned()];
    let pin =
        Status { pin_is_set: true, pin_retries: 1, fingers: 1, last_flags: flags, faults, credentials: 20, ..asking() };
    let mut state = state(pin);
    state.hear(News::Credentials(Page { from: 0, listed: (1..=20).map(credential).collect() }));
    let asks = Happening::Asks { ask: "touch".into(), command: "authenticatorMakeCredential".into() };
    for number in 1..=40 {
        let what = match number % 4 {
            0 => message(number),
            1 => entry(number, asks.clone()),
            2 => entry(number, Happening::Did { deed: Deed::Touch }),
            _ => entry(number, Happening::Writes { edits: 2 }),
        };
        state.hear(News::Entry(Box::new(what)));
    }
    state
}

fn screen_of(state: &mut State, look: Look, columns: u16, rows: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw::screen(state, look, frame)).unwrap();
    terminal
}

fn drawn(state: &mut State, columns: u16, rows: u16) -> String {
    screen_of(state, Look::new(true), columns, rows).backend().to_string()
}

fn type_in(state: &mut State, codes: &[KeyCode]) -> Option<Order> {
    codes.iter().map(|code| press(state, KeyEvent::new(*code, KeyModifiers::NONE))).last().flatten()
}

fn char(code: char) -> KeyCode {
    KeyCode::Char(code)
}

#[test]
fn each_state_has_its_picture() {
    insta::assert_snapshot!("idle", drawn(&mut state(status()), 80, 24));
    insta::assert_snapshot!("asks", drawn(&mut state(asking()), 80, 24));
    let mut dark = state(asking());
    dark.lit = false;
    assert_ne!(drawn(&mut dark, 80, 24), drawn(&mut state(asking()), 80, 24), "the light blinks");
    let out = Status { inserted: false, led: Led::Off, ..status() };
    insta::assert_snapshot!("out_of_its_port", drawn(&mut state(out), 80, 24));
    insta::assert_snapshot!("full", drawn(&mut full(), 80, 24));
    insta::assert_snapshot!("large", drawn(&mut full(), 120, 40));
    insta::assert_snapshot!("narrow", drawn(&mut full(), 40, 24));
    insta::assert_snapshot!("narrow_and_low", drawn(&mut full(), 40, 12));
    insta::assert_snapshot!("narrow_and_tall", drawn(&mut full(), 60, 40));
    insta::assert_snapshot!("too_small", drawn(&mut full(), 30, 8));
}

#[test]
fn all_that_is_to_know_is_there_at_each_width() {
    for (columns, rows) in [(40, 30), (60, 24), (71, 24), (72, 24), (80, 24), (120, 40)] {
        let mut state = full();
        let screen = drawn(&mut state, columns, rows);
        for part in ["+UP  -UV  +BE  -BS", "What it is", "Profile", "yubikey-5-nfc-5.7", "1 try left", "drop"] {
            assert!(screen.contains(part), "{columns} × {rows}: no {part}\n{screen}");
        }
        for part in ["Credentials 20", "1.example.org", "Log", "authenticatorMakeCredential", "? help", "q leave"] {
            assert!(screen.contains(part), "{columns} × {rows}: no {part}\n{screen}");
        }
    }
}

#[test]
fn each_window_has_its_picture() {
    let mut state = full();
    type_in(&mut state, &[char('?')]);
    insta::assert_snapshot!("help", drawn(&mut state, 80, 24));
    type_in(&mut state, &[KeyCode::Esc, char('f'), KeyCode::Down]);
    insta::assert_snapshot!("faults", drawn(&mut state, 80, 24));
    type_in(&mut state, &[KeyCode::Esc, KeyCode::Enter]);
    insta::assert_snapshot!("message", drawn(&mut state, 60, 14));
    type_in(&mut state, &[KeyCode::Esc, KeyCode::Tab, KeyCode::Down, char('x')]);
    insta::assert_snapshot!("delete", drawn(&mut state, 80, 24));
    type_in(&mut state, &[char('n')]);
    state.hear(News::Notice(Some("failed to answer the key: it asks nothing".into())));
    insta::assert_snapshot!("notice", drawn(&mut state, 80, 24));
}

#[test]
fn any_size_is_drawn() {
    for over in
        [None, Some(Over::Help), Some(Over::Faults { chosen: 3 }), Some(Over::Message { number: 40, scroll: 9 })]
    {
        for (columns, rows) in [(0, 0), (1, 1), (40, 12), (71, 13), (72, 12), (300, 100)] {
            let mut state = State { over: over.clone(), ..full() };
            screen_of(&mut state, Look::new(true), columns, rows);
        }
    }
}

#[test]
fn without_colours_there_is_none() {
    for (look, coloured) in [(Look::new(true), true), (Look::new(false), false)] {
        let terminal = screen_of(&mut full(), look, 80, 24);
        let has = terminal.backend().buffer().content().iter().any(|cell| cell.fg != Color::Reset);
        assert_eq!(has, coloured);
    }
}

#[test]
fn names_that_others_wrote_command_no_terminal() {
    let mut state = state(Status { credentials: 1, ..status() });
    let hostile = Credential { rp_id: "a\x1b]0;owned\x07\u{202e}gro".into(), ..credential(1).credential };
    state.hear(News::Credentials(Page { from: 0, listed: vec![Listed::from(hostile)] }));
    let screen = drawn(&mut state, 80, 24);
    assert!(screen.contains("a\\u{1b}]0;owned\\u{7}\\u{202e}gro"), "{screen}");
    assert!(!screen.contains(['\x1b', '\x07', '\u{202e}']));
}

#[test]
fn keys_do_what_the_help_says() {
    let mut state = state(asking());
    for (code, order) in [
        ('t', Order::Answer(Deed::Touch)),
        ('T', Order::Answer(Deed::LongTouch)),
        ('d', Order::Answer(Deed::Decline)),
        ('g', Order::Answer(Deed::GoodFinger)),
        ('w', Order::Answer(Deed::WrongFinger)),
        ('r', Order::Insert(false)),
        ('p', Order::PowerCycle),
        ('e', Order::Backup { eligible: true, state: false }),
        ('s', Order::Backup { eligible: false, state: true }),
        ('a', Order::Gestures("always")),
        ('q', Order::Leave),
    ] {
        assert_eq!(type_in(&mut state, &[char(code)]), Some(order), "{code}");
    }
    let control_c = KeyEvent::new(char('c'), KeyModifiers::CONTROL);
    state.over = Some(Over::Help);
    assert_eq!(press(&mut state, control_c), Some(Order::Leave));
    let out = Status { inserted: false, gestures: "always".into(), ..status() };
    state.hear(News::View(Box::new(View::from(out))));
    state.over = None;
    assert_eq!(type_in(&mut state, &[char('r')]), Some(Order::Insert(true)));
    assert_eq!(type_in(&mut state, &[char('a')]), Some(Order::Gestures("person")));
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let mut state = full();
    assert_eq!(type_in(&mut state, &[char('x')]), None);
    assert_eq!(state.over, None, "the log has the keyboard");
    let delete = [KeyCode::Tab, KeyCode::Down, KeyCode::Delete];
    assert_eq!(type_in(&mut state, &delete), None);
    assert_eq!(state.over, Some(Over::Delete { id: "02".into() }));
    assert_eq!(type_in(&mut state, &[KeyCode::Enter, char('t'), char('n')]), None);
    assert_eq!(state.over, None);
    assert_eq!(type_in(&mut state, &[KeyCode::Delete, char('y')]), Some(Order::Delete("02".into())));
    type_in(&mut state, &[KeyCode::Delete]);
    state.hear(News::View(Box::new(View::from(Status { credentials: 1, ..status() }))));
    state.hear(News::Credentials(Page { from: 0, listed: vec![credential(1)] }));
    assert_eq!(state.over, None, "what is gone is not asked about");
    assert_eq!(type_in(&mut state, &[KeyCode::Delete, char('y')]), Some(Order::Delete("01".into())));
}

#[test]
fn a_long_list_of_credentials_is_fetched_where_it_is_looked_at() {
    let on =
        |from: usize| Page { from, listed: (from..from + Page::MOST).map(|at| credential((at % 250) as u8)).collect() };
    let mut state = state(Status { credentials: 100_000, ..status() });
    assert_eq!(state.wanted(), 0);
    state.hear(News::Credentials(on(0)));
    type_in(&mut state, &[KeyCode::Tab, KeyCode::End]);
    assert_eq!((state.credential, state.wanted()), (99_999, 99_900));
    assert!(state.chosen_credential().is_none(), "it has not come yet");
    assert_eq!(type_in(&mut state, &[KeyCode::Delete]), None);
    assert_eq!(state.over, None, "what nobody sees is not deleted");
    let screen = drawn(&mut state, 80, 24);
    assert!(screen.contains("Credentials 100000") && screen.contains("›…"), "{screen}");
    state.hear(News::Credentials(Page { listed: on(99_900).listed.drain(..100).collect(), from: 99_900 }));
    assert_eq!(state.chosen_credential().map(|one| one.credential.id.as_str()), Some("f9"));
    let screen = drawn(&mut state, 80, 24);
    assert!(screen.contains("›249.example.org") && !screen.contains('…'), "{screen}");
    type_in(&mut state, &[KeyCode::PageUp; 6]);
    assert_eq!(state.wanted(), 99_850, "the page is turned before its edge is seen");
    state.hear(News::View(Box::new(View::from(Status { credentials: 3, ..status() }))));
    assert_eq!((state.credential, state.wanted()), (2, 0));
}

#[test]
fn the_log_is_walked_through_and_paused() {
    let mut state = full();
    assert_eq!(state.chosen_entry(), Some(39));
    type_in(&mut state, &[KeyCode::Up, KeyCode::Up]);
    state.hear(News::Entry(Box::new(message(41))));
    assert_eq!(state.chosen_entry(), Some(37), "who looks at an entry stays there");
    type_in(&mut state, &[KeyCode::End]);
    state.hear(News::Entry(Box::new(message(42))));
    assert_eq!(state.chosen_entry(), Some(41), "who is at the end stays there");
    type_in(&mut state, &[KeyCode::Home]);
    assert_eq!(state.chosen_entry(), Some(0));
    type_in(&mut state, &[KeyCode::PageDown, KeyCode::End, char(' ')]);
    state.hear(News::Entry(Box::new(message(43))));
    assert_eq!((state.shown_count(), state.chosen_entry()), (42, Some(41)));
    type_in(&mut state, &[char(' ')]);
    assert_eq!((state.shown_count(), state.chosen_entry()), (43, Some(42)));
    for number in 44..2000 {
        state.hear(News::Entry(Box::new(message(number))));
    }
    assert_eq!(state.log.len(), 1000);
    assert!(state.logged(1999).is_some() && state.logged(40).is_none());
}

#[test]
fn a_message_scrolls_to_its_end_and_no_further() {
    let mut state = full();
    type_in(&mut state, &[KeyCode::Enter, KeyCode::End]);
    drawn(&mut state, 40, 12);
    let Some(Over::Message { scroll, .. }) = state.over else { panic!("no message is open") };
    assert_eq!(scroll, 0, "six rows fit in ten");
    type_in(&mut state, &[KeyCode::Esc, KeyCode::Enter, KeyCode::PageDown]);
    let Some(Over::Message { scroll, number }) = state.over.clone() else { panic!("no message is open") };
    assert_eq!((scroll, number), (10, 40));
    assert_eq!(type_in(&mut state, &[char('t')]), None, "keys of the view do nothing below a window");
}

#[test]
fn an_empty_view_takes_any_key() {
    let mut state = State::new(Leave::Unplugs);
    for code in ['r', 'a', 'x', ' ', 'j', 'k', 'f', 'c', '?', 'q'] {
        type_in(&mut state, &[char(code)]);
    }
    for code in [KeyCode::Enter, KeyCode::Tab, KeyCode::Delete, KeyCode::Enter, KeyCode::End] {
        type_in(&mut state, &[code]);
    }
    assert_eq!(state.focus, Focus::Credentials);
    drawn(&mut state, 80, 24);
}

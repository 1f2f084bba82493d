//! Which status word refuses which command APDU, and that the card is none the worse for it.

use std::vec::Vec;

use keyrig_ctap::iso7816::{
    BY_NAME, CANCEL, CHAINED, CLASS_CTAP, Command, END, FIDO_APPLET, Instruction, POLLS, StatusWord,
};

use super::card::{GET_INFO, Reader, command, refused};
use super::platform::security_key;
use crate::iso7816::Input;

const CONTROL: Instruction = Instruction::CONTROL;
const MSG: Instruction = Instruction::MSG;
const POLL: Instruction = Instruction::GETRESPONSE;
const SELECT: Instruction = Instruction::SELECT;

#[test]
fn a_command_that_cannot_be_is_refused_by_its_status_word() {
    let longer = [&FIDO_APPLET[..], &[1]].concat();
    let refusals: [(&str, Command<'_>, StatusWord); 16] = [
        ("a class of nobody", command(0xff, MSG, GET_INFO), StatusWord::CLA_NOT_SUPPORTED),
        ("another logical channel", command(0x01, MSG, GET_INFO), StatusWord::CLA_NOT_SUPPORTED),
        ("a selection of the class of CTAP", command(CLASS_CTAP, SELECT, &FIDO_APPLET), StatusWord::INS_NOT_SUPPORTED),
        ("an instruction of nobody", command(CLASS_CTAP, Instruction(0x99), &[]), StatusWord::INS_NOT_SUPPORTED),
        (
            "one of nobody, chained",
            command(CLASS_CTAP | CHAINED, Instruction(0x99), &[]),
            StatusWord::INS_NOT_SUPPORTED,
        ),
        ("a message of ISO's class", command(0, MSG, GET_INFO), StatusWord::INS_NOT_SUPPORTED),
        ("a selection by something else", command(0, SELECT, &FIDO_APPLET), StatusWord::WRONG_P1P2),
        ("half the applet's name", by_name(&FIDO_APPLET[..7]), StatusWord::NOT_FOUND),
        ("no name", by_name(&[]), StatusWord::NOT_FOUND),
        ("more than the applet's name", by_name(&longer), StatusWord::NOT_FOUND),
        ("a message of another P1", Command { p1: 0x01, ..command(CLASS_CTAP, MSG, GET_INFO) }, StatusWord::WRONG_P1P2),
        (
            "a message of another P2",
            Command { p2: POLLS, ..command(CLASS_CTAP, MSG, GET_INFO) },
            StatusWord::WRONG_P1P2,
        ),
        ("a message of nothing", command(CLASS_CTAP, MSG, &[]), StatusWord::WRONG_LENGTH),
        ("a poll of another P1", Command { p1: CANCEL + 1, ..command(CLASS_CTAP, POLL, &[]) }, StatusWord::WRONG_P1P2),
        (
            "an end of another P2",
            Command { p1: END, p2: 1, ..command(CLASS_CTAP, CONTROL, &[]) },
            StatusWord::WRONG_P1P2,
        ),
        ("an end with data", Command { p1: END, ..command(CLASS_CTAP, CONTROL, &[0]) }, StatusWord::WRONG_LENGTH),
    ];
    for (what, refusal, status) in refusals {
        let mut reader = Reader::selected(&security_key());
        assert_eq!(reader.send(&refusal), refused(status), "{what}");
        assert_eq!(reader.exchange(GET_INFO, 0).1, StatusWord::NO_ERROR, "the applet is selected still: {what}");
    }
}

#[test]
fn bytes_that_are_no_command_are_refused_by_their_length() {
    let select = by_name(&FIDO_APPLET).encode();
    let extended = Command { extended: true, ..command(CLASS_CTAP, MSG, GET_INFO) }.encode();
    let mut reader = Reader::selected(&security_key());
    for whole in [select, extended] {
        let cut: Vec<&[u8]> = (0..whole.len()).map(|end| &whole[..end]).collect();
        for bytes in cut {
            let response = reader.give(Input::Command(bytes)).expect("each command has a response");
            assert!(response.len() >= 2, "{bytes:02x?}: {response:02x?}");
        }
        for bytes in [&whole[..3], &[&whole[..], &[0, 0, 0, 0]].concat()] {
            assert_eq!(reader.give(Input::Command(bytes)), Some([0x67, 0x00].to_vec()), "{bytes:02x?}");
        }
    }
    assert_eq!(reader.exchange(GET_INFO, 0).1, StatusWord::NO_ERROR);
}

#[test]
fn every_expected_length_gives_the_same_answer() {
    let whole = Reader::selected(&security_key()).exchange(GET_INFO, 0).0;
    for expected in [Some(1), Some(2), Some(255), Some(256), None] {
        let mut reader = Reader::selected(&security_key());
        let (mut answer, mut status) = reader.send(&Command { expected, ..command(CLASS_CTAP, MSG, GET_INFO) });
        while status.has_more() {
            // A reader may ask for more than there is, and in either class.
            let (more, next) = reader.send(&command(CLASS_CTAP, Instruction::GET_RESPONSE, &[]));
            answer.extend(more);
            status = next;
        }
        assert_eq!((answer, status), (whole.clone(), StatusWord::NO_ERROR), "{expected:?}");
    }
    for expected in [1, 300, 65_536] {
        let mut reader = Reader::selected(&security_key());
        let asked = Command { extended: true, expected: Some(expected), ..command(CLASS_CTAP, MSG, GET_INFO) };
        let (part, _) = reader.send(&asked);
        assert_eq!(part, whole[..expected.min(whole.len())], "{expected}");
    }
}

fn by_name(name: &[u8]) -> Command<'_> {
    Command { p1: BY_NAME, ..command(0, SELECT, name) }
}

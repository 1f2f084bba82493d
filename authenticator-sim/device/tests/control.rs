//! The control API as strangers find it: who has no token, calls it by another name or sends what is no body gets nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyrig_device::control::{Face, Place, PlaceError, routes, serve_hooks, serve_page};
use keyrig_device::plugged::{Hand, Plan, Plugged, Port, plug};
use keyrig_device::profiles;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, Instant, pause, timeout};

const TOKEN: &str = "0123456789abcdef";

/// A key's page, and the folder that its link is in.
async fn page() -> (SocketAddr, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let profile = profiles::find("yubikey-5-nfc-5.7").unwrap().clone();
    let port = Port::socket(folder.path().join("key.hid"));
    let Plugged { key, .. } = plug(Plan::new("desk", profile, port, "person".parse::<Hand>().unwrap())).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    serve_page(listener, Face { key, token: TOKEN.to_owned(), decoder: |_, _, _, _| None }).unwrap();
    (address, folder)
}

/// The status of the answer to a request with these headers, beside those that every request has.
async fn ask(address: SocketAddr, line: &str, headers: &[String], body: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        head += &format!("Host: {address}\r\n");
    }
    headers.iter().for_each(|header| head += &format!("{header}\r\n"));
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    // Who refuses a body need not read it.
    let _ = stream.write_all(body).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[9..]).parse().unwrap()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

#[tokio::test]
async fn every_route_but_the_description_wants_the_whole_token() {
    let (address, _folder) = page().await;
    for route in routes() {
        let line = format!("{} {}", route.method.to_uppercase(), route.path.replace("{id}", "00"));
        for wrong in [vec![], vec![bearer("")], vec![bearer(&TOKEN[..15])], vec![bearer(&format!("{TOKEN}0"))]] {
            let expected = if route.path == "/openapi.json" { 200 } else { 401 };
            assert_eq!(ask(address, &line, &wrong, b"").await, expected, "{line} {wrong:?}");
        }
    }
    assert_eq!(ask(address, "GET /v1/status", &[bearer(TOKEN)], b"").await, 200);
}

#[tokio::test]
async fn another_page_of_the_browser_gets_nothing_even_with_the_token() {
    let (address, _folder) = page().await;
    for (header, expected) in [
        ("Host: evil.example".to_owned(), 421),
        ("Host: evil.example:80".to_owned(), 421),
        ("Host: ".to_owned(), 421),
        ("Origin: http://evil.example".to_owned(), 403),
        ("Origin: null".to_owned(), 403),
        (format!("Origin: https://{address}"), 403),
        (format!("Origin: http://{address}"), 200),
        (format!("Host: localhost:{}", address.port()), 200),
    ] {
        assert_eq!(ask(address, "GET /v1/status", &[bearer(TOKEN), header.clone()], b"").await, expected, "{header}");
    }
}

#[tokio::test]
async fn a_body_says_that_it_is_json_and_has_an_end() {
    let (address, _folder) = page().await;
    let put = "PUT /v1/gestures";
    let body = br#"{"gestures": "always"}"#;
    let json = || "Content-Type: application/json".to_owned();
    assert_eq!(ask(address, put, &[bearer(TOKEN), json()], body).await, 200);
    assert_eq!(ask(address, put, &[bearer(TOKEN)], body).await, 415);
    assert_eq!(ask(address, put, &[bearer(TOKEN), "Content-Type: text/plain".to_owned()], body).await, 415);
    assert_eq!(ask(address, put, &[bearer(TOKEN), json()], b"{").await, 400);
    assert_eq!(ask(address, put, &[bearer(TOKEN), json()], &vec![b' '; 5 * 1024 * 1024]).await, 413);
}

/// Those who begin a request, and no more.
async fn half_open(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut crowd = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /v1/status HTTP/1.1\r\nHost: ").await.unwrap();
        crowd.push(stream);
    }
    crowd
}

/// Asks how the key is without hanging up, and reads the status of the answer.
async fn ask_and_stay(stream: &mut TcpStream, address: SocketAddr) -> String {
    let head = format!("GET /v1/status HTTP/1.1\r\nHost: {address}\r\n{}\r\n\r\n", bearer(TOKEN));
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).chars().take(12).collect()
}

#[tokio::test]
async fn a_crowd_that_says_nothing_makes_room() {
    let (address, _folder) = page().await;
    let mut known = TcpStream::connect(address).await.unwrap();
    assert_eq!(ask_and_stay(&mut known, address).await, "HTTP/1.1 200");
    let mut crowd = half_open(address, 600).await;
    assert_eq!(ask(address, "GET /v1/status", &[bearer(TOKEN)], b"").await, 200);
    assert_eq!(ask_and_stay(&mut known, address).await, "HTTP/1.1 200", "who has shown the token stays");
    let oldest = timeout(Duration::from_secs(60), crowd[0].read(&mut [0; 1])).await;
    assert_eq!(oldest.expect("the oldest is shown the door").unwrap_or_default(), 0);
    let mut open = 0;
    for stream in &mut crowd {
        let mut byte = [0; 1];
        open += usize::from(matches!(stream.try_read(&mut byte), Err(e) if e.kind() == ErrorKind::WouldBlock));
    }
    assert!(open <= 128, "{open} are still in");
}

#[tokio::test]
async fn who_does_not_say_what_he_wants_is_hung_up_on() {
    let (address, _folder) = page().await;
    // Before anybody's patience begins: what the machine takes until the clock stops is no part of it.
    let began = Instant::now();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut rests = TcpStream::connect(address).await.unwrap();
    let [mut slow] = half_open(address, 1).await.try_into().unwrap();
    assert_eq!(ask_and_stay(&mut rests, address).await, "HTTP/1.1 200");
    pause();
    for stream in [&mut silent, &mut slow, &mut rests] {
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or_default(), 0);
    }
    assert!((10..20).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let (address, _folder) = page().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT /v1/gestures HTTP/1.1\r\nHost: {address}\r\n{}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{",
        bearer(TOKEN)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(ask(address, "GET /v1/status", &[bearer(TOKEN)], b"").await, 200);
    pause();
    let began = Instant::now();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 408");
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}

#[tokio::test]
async fn hooks_are_for_this_machine_only() {
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert_eq!(serve_hooks(everywhere, Vec::new()).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    let here = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve_hooks(here, Vec::new()).unwrap().abort();
}

#[tokio::test]
async fn a_key_has_its_name_and_its_folder_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("keyrig");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = Place::take(&own, "desk").unwrap();
    let listener = place.listen().unwrap();
    assert_eq!((mode(&own), mode(place.socket()), mode(&own.join("desk.token"))), (0o700, 0o600, 0o600));
    assert!(matches!(Place::take(&own, "desk"), Err(PlaceError::Taken { .. })));
    assert_eq!(fs::read_to_string(own.join("desk.token")).unwrap(), place.token(), "who was refused changed nothing");
    drop((place, listener));
    assert!(Place::take(&own, "desk").is_ok());
    fs::set_permissions(&own, PermissionsExt::from_mode(0o750)).unwrap();
    assert!(matches!(Place::take(&own, "desk"), Err(PlaceError::NotOurs { .. })));
    assert!(matches!(Place::take(&own, "../desk"), Err(PlaceError::NoName { .. })));
}

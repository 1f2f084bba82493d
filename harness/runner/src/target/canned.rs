//! A server that says what it is told to say; `GET /` is always well.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with a request, whose first line, headers and body it gets.
pub(crate) enum Act {
    /// A JSON answer, with a session cookie.
    Say(u16, Value),
    /// These bytes.
    Raw(&'static str),
    /// These bytes, and then nothing: the connection stays, and closes when another request comes.
    Tire(&'static str),
    /// Nothing: the connection closes.
    Close,
    /// Nothing, for ever.
    Hang,
    /// The head of an answer, and then nothing.
    Endless,
}

pub(crate) async fn serve(act: fn(&str) -> Act) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, act));
        }
    });
    url
}

async fn answer(mut stream: TcpStream, act: fn(&str) -> Act) {
    let request = read_request(&mut stream).await;
    if request.starts_with("GET / ") {
        return send(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    }
    match act(&request) {
        Act::Say(status, body) => {
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 {status} x\r\nSet-Cookie: sid=s1; Secure; HttpOnly\r\nContent-Length: {}\r\nConnection: close\r\n",
                body.len()
            );
            send(&mut stream, &format!("{head}\r\n{body}")).await;
        }
        Act::Raw(bytes) => send(&mut stream, bytes).await,
        Act::Tire(bytes) => {
            send(&mut stream, bytes).await;
            read_request(&mut stream).await;
        }
        Act::Close => {}
        Act::Hang => std::future::pending().await,
        Act::Endless => {
            send(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
            std::future::pending::<()>().await;
        }
    }
}

async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lengths =
                head.lines().filter_map(|line| line.to_lowercase().strip_prefix("content-length:").map(str::to_owned));
            let length: usize = lengths.next_back().map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut buffer).await.unwrap() {
            0 => return String::from_utf8_lossy(&bytes).into_owned(),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

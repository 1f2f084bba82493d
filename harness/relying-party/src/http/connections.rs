//! Connections: how long each may take to say what it wants.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;

/// How long the head of a request may take, its body too, and how long a connection may rest before the next request.
///
/// A client that drops connections which rest does so before (reqwest after 90 s): a request that meets a connection
/// while it is being closed is lost.
pub(super) const PATIENCE: Duration = Duration::from_secs(100);

/// Serves whoever connects until the sender of `stopped` is gone, and then until all that is under way is answered.
pub(super) async fn serve<L: Listener>(
    mut listener: L,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let guests = GracefulShutdown::new();
    loop {
        let (stream, _) = tokio::select! {
            come = listener.accept() => come,
            _ = stopped.changed() => break,
        };
        let talk = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let talk = guests.watch(talk);
        // Who breaks off, or is too slow, has hung up.
        tokio::spawn(async move { drop(talk.await) });
    }
    drop(listener);
    guests.shutdown().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::sync::mpsc;
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;

    /// Connections without a network: what is sent is accepted.
    struct Door(mpsc::UnboundedReceiver<DuplexStream>);

    impl Listener for Door {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> (DuplexStream, ()) {
            match self.0.recv().await {
                Some(stream) => (stream, ()),
                None => std::future::pending().await,
            }
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    struct House {
        door: mpsc::UnboundedSender<DuplexStream>,
        stop: watch::Sender<()>,
        served: JoinHandle<io::Result<()>>,
    }

    impl House {
        fn open() -> Self {
            let (door, come) = mpsc::unbounded_channel();
            let (stop, stopped) = watch::channel(());
            let router = Router::new().route("/echo", post(|body: String| async { body }));
            Self { door, stop, served: tokio::spawn(serve(Door(come), router, stopped)) }
        }

        fn guest(&self) -> DuplexStream {
            let (ours, theirs) = duplex(4096);
            self.door.send(theirs).unwrap();
            ours
        }
    }

    const WHOLE: &[u8] = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";

    async fn answered(guest: &mut DuplexStream) -> String {
        let mut answer = Vec::new();
        while !answer.ends_with(b"hi") {
            assert_ne!(guest.read_buf(&mut answer).await.unwrap(), 0, "it was cut off");
        }
        String::from_utf8(answer).unwrap()
    }

    async fn cut_off(guest: &mut DuplexStream) {
        let rest = tokio::time::timeout(2 * PATIENCE, guest.read_to_end(&mut Vec::new())).await;
        rest.expect("it is never cut off").unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_end_the_head_of_a_request_is_cut_off_and_others_are_not() {
        let house = House::open();
        let begun = Instant::now();
        let mut slow = house.guest();
        slow.write_all(b"POST /echo HTTP/1.1\r\nHo").await.unwrap();
        let mut other = house.guest();
        other.write_all(WHOLE).await.unwrap();
        assert!(answered(&mut other).await.starts_with("HTTP/1.1 200"));
        assert!(begun.elapsed() < PATIENCE);
        cut_off(&mut slow).await;
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_rests_serves_again_until_patience_ends() {
        let house = House::open();
        let mut guest = house.guest();
        for _ in 0..3 {
            guest.write_all(WHOLE).await.unwrap();
            answered(&mut guest).await;
            tokio::time::sleep(PATIENCE - Duration::from_secs(1)).await;
        }
        cut_off(&mut guest).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_under_way_is_answered_before_the_end() {
        let House { door, stop, served } = House::open();
        let (mut guest, theirs) = duplex(4096);
        door.send(theirs).unwrap();
        let (head, rest) = WHOLE.split_at(WHOLE.len() - 1);
        guest.write_all(head).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(stop);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!served.is_finished(), "a request is under way");
        guest.write_all(rest).await.unwrap();
        assert!(answered(&mut guest).await.starts_with("HTTP/1.1 200"));
        served.await.unwrap().unwrap();
    }
}

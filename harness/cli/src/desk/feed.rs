//! What a key says of itself, as it says it.

use std::time::Duration;

use keyrig_device::control::{Listed, Logged, View};
use keyrig_device::plugged::Happening;
use miette::miette;
use reqwest::Method;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::state::{News, Page};
use crate::control::{Control, Lines};
use crate::failure::{Exit, Failure};

/// How long the key has to be silent before it is looked at anew.
const SILENCE: Duration = Duration::from_millis(30);

/// How the key is.
pub(super) async fn look(key: &Control) -> Result<News, Failure> {
    let view: View = key.ask(Method::GET, "/v1/view").await?;
    Ok(News::View(Box::new(view)))
}

async fn list(key: &Control, wanted: &mut watch::Receiver<usize>) -> Result<News, Failure> {
    let from = *wanted.borrow_and_update();
    let path = format!("/v1/credentials?from={from}&most={}", Page::MOST);
    let listed: Vec<Listed> = key.ask(Method::GET, &path).await?;
    Ok(News::Credentials(Page { from, listed }))
}

/// Tells what happens until the key is gone, and says so. Of its credentials it lists a page, from the one `wanted` on.
pub(super) async fn follow(key: &Control, news: &mpsc::Sender<News>, wanted: watch::Receiver<usize>) -> Failure {
    match tell(key, news, wanted).await {
        // A stream that ends and a socket where nobody listens are the same news.
        Err(failure) if failure.exit != Exit::Environment => failure,
        Ok(()) | Err(_) => {
            let help = "`keyrig key list` shows those that are there";
            Failure::environment(miette!(help = help, "failed to show the key {}: it was unplugged", key.name()))
        }
    }
}

async fn tell(key: &Control, news: &mpsc::Sender<News>, mut wanted: watch::Receiver<usize>) -> Result<(), Failure> {
    let mut lines = Lines::of(key.stream("/v1/log/follow").await?);
    // Whoever draws has ended where nobody listens, and this with it.
    let give = async |what| drop(news.send(what).await);
    give(list(key, &mut wanted).await?).await;
    let (mut seen, mut listed) = (true, true);
    loop {
        let silence = if seen { Duration::MAX } else { SILENCE };
        let next = select! {
            next = timeout(silence, lines.next()) => next.ok(),
            Ok(()) = wanted.changed() => {
                listed = false;
                None
            }
        };
        match next {
            Some(Some(line)) => {
                let Some(entry) = line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok()) else {
                    continue;
                };
                listed &= !may_change_credentials(&entry);
                seen = false;
                give(News::Entry(Box::new(entry))).await;
            }
            Some(None) => return Ok(()),
            None => {
                give(look(key).await?).await;
                if !listed {
                    give(list(key, &mut wanted).await?).await;
                }
                (seen, listed) = (true, true);
            }
        }
    }
}

/// Whether there may be another list of credentials after this; a signature counts its counter up.
fn may_change_credentials(entry: &Logged) -> bool {
    match &entry.entry.what {
        Happening::Message { command, .. } => command != "CTAPHID_KEEPALIVE",
        Happening::Writes { .. } | Happening::Changed { .. } => true,
        _ => false,
    }
}

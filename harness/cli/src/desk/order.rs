//! What somebody at the terminal does to the key.

use std::time::Duration;

use keyrig_device::plugged::Deed;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::state::News;
use crate::control::Control;

/// One thing that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Answer what the key asks.
    Answer(Deed),
    /// Put the key in its port, or pull it out.
    Insert(bool),
    /// Take its power away for a moment.
    PowerCycle,
    /// Set BE and BS.
    Backup { eligible: bool, state: bool },
    /// Say who answers.
    Gestures(&'static str),
    /// Arm a fault of the link.
    Arm(&'static str),
    /// Take all faults back.
    Disarm,
    /// Delete the credential of this id.
    Delete(String),
    /// Leave the view.
    Leave,
}

/// Does one after the other, and tells what the key refuses.
pub(super) async fn carry_out(key: &Control, mut orders: mpsc::UnboundedReceiver<Order>, news: &mpsc::Sender<News>) {
    while let Some(order) = orders.recv().await {
        let Some((method, path, body)) = order.request() else { continue };
        let done = match body {
            Some(body) => key.tell::<Value>(method, &path, &body, Duration::ZERO).await,
            None => key.ask::<Value>(method, &path).await,
        };
        let notice = done.err().map(|failure| {
            let help = failure.report.help().map(|help| format!(": {help}")).unwrap_or_default();
            format!("{}{help}", failure.report)
        });
        // The view has ended where nobody listens.
        let _ = news.send(News::Notice(notice)).await;
    }
}

impl Order {
    fn request(&self) -> Option<(Method, String, Option<Value>)> {
        let (method, path, body) = match self {
            Self::Answer(deed) => (Method::POST, "/v1/gestures", Some(json!({"gesture": deed}))),
            Self::Insert(true) => (Method::POST, "/v1/insert", None),
            Self::Insert(false) => (Method::POST, "/v1/remove", None),
            Self::PowerCycle => (Method::POST, "/v1/power-cycle", None),
            Self::Backup { eligible, state } => {
                (Method::PATCH, "/v1/backup", Some(json!({"eligible": eligible, "state": state})))
            }
            Self::Gestures(who) => (Method::PUT, "/v1/gestures", Some(json!({"gestures": who}))),
            Self::Arm(fault) => (Method::POST, "/v1/faults", Some(json!({"fault": fault}))),
            Self::Disarm => (Method::DELETE, "/v1/faults", None),
            Self::Delete(id) => return Some((Method::DELETE, format!("/v1/credentials/{id}"), None)),
            Self::Leave => return None,
        };
        Some((method, path.to_owned(), body))
    }
}

//! A relying party, its administrator, and browsers.

use std::time::Duration;

use keyrig_relying_party::{Clock, Config, Policy, Running, Timestamp, Users, serve};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::authenticator::{Authenticator, root_pem};

pub(crate) const ADMIN: &str = "admin1@corp.example.com";
pub(crate) const SRE: &str = "sre1@corp.example.com";
pub(crate) const ALICE: &str = "alice@corp.example.com";
pub(crate) const BOB: &str = "bob@corp.example.com";
pub(crate) const MANAGER: &str = "manager1@corp.example.com";
pub(crate) const SECURITY: &str = "security1@corp.example.com";

/// A relying party whose clock stands until it is advanced.
pub(crate) struct World {
    pub(crate) running: Running,
    clock: Clock,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The cookie that was set.
    pub(crate) cookie: Option<String>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = response.text().await.unwrap();
        Self { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)), cookie }
    }

    pub(crate) fn reason(&self) -> &str {
        self.body["reason"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!((self.status, &self.body["status"]), (200, &json!("ok")), "{}", self.body);
        self.body
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, reason: &str) -> Value {
        assert_eq!((self.status, self.reason()), (status, reason), "{}", self.body);
        assert_eq!(self.body["status"], "failed");
        assert_eq!(self.body["reasons"][0], reason);
        self.body
    }
}

impl World {
    pub(crate) async fn with(policy: &str) -> Self {
        Self::with_policy(Policy::builtin(policy).unwrap()).await
    }

    /// The hardened policy with one passage of its file replaced.
    pub(crate) async fn hardened_but(passage: &str, replacement: &str) -> Self {
        let text = Policy::builtin_text("hardened").unwrap();
        assert_eq!(text.matches(passage).count(), 1, "{passage}");
        Self::with_policy(Policy::read("edited", &text.replace(passage, replacement)).unwrap()).await
    }

    pub(crate) async fn with_policy(policy: Policy) -> Self {
        Self::start(policy, root_pem()).await
    }

    /// The hardened policy, with a root that vouches for one model only.
    pub(crate) async fn trusting_for(aaguid: &str) -> Self {
        Self::start(Policy::builtin("hardened").unwrap(), format!("AAGUID: {aaguid}\n{}", root_pem())).await
    }

    async fn start(policy: Policy, trust_anchors_pem: String) -> Self {
        let clock = Clock::standing_at(Timestamp::from_unix(1_779_753_600));
        let config = Config {
            trust_anchors_pem,
            clock: clock.clone(),
            seed: Some([5; 32]),
            ..Config::new(policy, Users::builtin())
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { running: serve(listener, config).unwrap(), clock, http: reqwest::Client::new() }
    }

    pub(crate) fn browser(&self) -> Browser {
        let http = reqwest::Client::builder().cookie_store(true).build().unwrap();
        Browser { http, url: self.running.url.clone() }
    }

    /// A browser in which somebody planted a cookie.
    pub(crate) fn browser_with(&self, cookie: &str) -> Browser {
        let jar = reqwest::cookie::Jar::default();
        jar.add_cookie_str(cookie, &self.running.url.parse().unwrap());
        let http = reqwest::Client::builder().cookie_provider(jar.into()).build().unwrap();
        Browser { http, url: self.running.url.clone() }
    }

    /// Moves the clock without telling anybody.
    pub(crate) fn wait(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub(crate) async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}{path}", self.running.url);
        let request = self.http.request(method, url).bearer_auth(&self.running.admin_token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn tell(&self, path: &str, body: Value) -> Answer {
        self.admin(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn ask(&self, path: &str) -> Value {
        self.admin(Method::GET, path, None).await.ok()
    }

    pub(crate) async fn set_groups(&self, username: &str, groups: &[&str]) {
        let path = format!("/admin/users/{username}");
        self.admin(Method::PATCH, &path, Some(json!({"groups": groups}))).await.ok();
    }

    pub(crate) async fn revoke(&self, authenticator: &Authenticator) -> Answer {
        self.admin(Method::DELETE, &format!("/admin/credentials/{}", authenticator.id_text()), None).await
    }

    /// How often an event about somebody is in the audit log.
    pub(crate) async fn audited(&self, username: &str, event: &str) -> usize {
        let log = self.ask(&format!("/admin/audit?username={username}")).await;
        log["entries"].as_array().unwrap().iter().filter(|entry| entry["event"] == event).count()
    }
}

/// A browser with its cookies.
pub(crate) struct Browser {
    http: reqwest::Client,
    url: String,
}

impl Browser {
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.http.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    pub(crate) async fn registration_options(&self, username: &str) -> Answer {
        self.post("/attestation/options", json!({"username": username, "displayName": username})).await
    }

    pub(crate) async fn register(&self, username: &str, authenticator: &mut Authenticator) -> Answer {
        let options = self.registration_options(username).await;
        if options.status != 200 {
            return options;
        }
        self.post("/attestation/result", authenticator.create(&options.body)).await
    }

    /// A discoverable sign-in where no name is given.
    pub(crate) async fn sign_in(&self, username: Option<&str>, authenticator: &mut Authenticator) -> Answer {
        let options = self.post("/assertion/options", json!({"username": username})).await;
        if options.status != 200 {
            return options;
        }
        self.post("/assertion/result", authenticator.get(&options.body)).await
    }

    pub(crate) async fn act(&self, tier: u8) -> Answer {
        self.post("/session/actions", json!({"tier": tier})).await
    }
}

//! A target's process.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::file::{Start, TargetFile};
use crate::environment_error::EnvironmentError;

/// Lines of standard error that are kept.
const TAIL: usize = 20;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// How long a target may stay whose run has ended.
const LEAVING: Duration = Duration::from_secs(3);

/// Between two questions whether it is ready.
const PAUSE: Duration = Duration::from_millis(50);

/// A running target; it is killed when this goes.
pub(super) struct Process {
    child: Child,
    tail: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    roots: Option<PathBuf>,
}

impl Process {
    /// Starts the process of `file` and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError::Start`] where it cannot be started, ends, or is not ready in time.
    pub(super) async fn start(
        file: &TargetFile,
        start: &Start,
        trust_anchors_pem: &str,
        http: &Client,
    ) -> Result<Self, EnvironmentError> {
        let failed = |why: String| EnvironmentError::Start { why, tail: None };
        nobody_answers(&ready_url(file, start), http).await.map_err(failed)?;
        let (program, arguments) = start.command.split_first().ok_or_else(|| failed("the command is empty".into()))?;
        let mut command = Command::new(place(&file.directory, program));
        command.args(arguments).envs(&start.environment).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        if !file.directory.as_os_str().is_empty() {
            command.current_dir(&file.directory);
        }
        let mut roots = None;
        if let Some(variable) = &start.trust_anchors {
            let path = write_roots(trust_anchors_pem).map_err(|e| failed(format!("trust anchors: {e}")))?;
            command.env(variable, &path);
            roots = Some(path);
        }
        let mut child = command.spawn().map_err(|e| failed(format!("{program}: {e}")))?;
        let tail = Arc::default();
        let reader = child.stderr.take().map(|stderr| tokio::spawn(keep_tail(stderr, Arc::clone(&tail))));
        let mut process = Self { child, tail, reader, roots };
        process.wait(file, start, http).await?;
        Ok(process)
    }

    async fn wait(&mut self, file: &TargetFile, start: &Start, http: &Client) -> Result<(), EnvironmentError> {
        let url = ready_url(file, start);
        let deadline = Instant::now() + Duration::from_millis(start.timeout_ms);
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(format!("it ended with {status}")).await);
            }
            if get(&url, http).await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.failed(format!("{url} was not well within {} ms", start.timeout_ms)).await);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// With its last words, which may still be on their way.
    async fn failed(&mut self, why: String) -> EnvironmentError {
        if let Some(reader) = self.reader.take() {
            let _ = tokio::time::timeout(Duration::from_millis(500), reader).await;
        }
        let lines = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        EnvironmentError::Start { why, tail: (!lines.is_empty()).then(|| lines.join("\n")) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(path) = &self.roots {
            // It may be gone already; nobody needs it any more.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn ready_url(file: &TargetFile, start: &Start) -> String {
    format!("{}{}", file.url.trim_end_matches('/'), start.ready)
}

async fn get(url: &str, http: &Client) -> reqwest::Result<Response> {
    http.get(url).timeout(ANSWER).send().await
}

/// Makes sure that what will answer at `url` is what is started. The one of a run that has just ended may still be there.
async fn nobody_answers(url: &str, http: &Client) -> Result<(), String> {
    let deadline = Instant::now() + LEAVING;
    while get(url, http).await.is_ok() {
        if Instant::now() > deadline {
            return Err(format!("{url} answers already; end what listens there, or have the target listen elsewhere"));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// A program that is named by a path is sought from the file's folder, any other on the search path.
fn place(directory: &Path, program: &str) -> PathBuf {
    let path = if program.contains('/') { directory.join(program) } else { return program.into() };
    std::path::absolute(&path).unwrap_or(path)
}

async fn keep_tail(stderr: impl AsyncRead + Unpin, tail: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL {
            tail.remove(0);
        }
        tail.push(line);
    }
}

fn write_roots(pem: &str) -> std::io::Result<PathBuf> {
    let name = format!("keyrig-roots-{}-{}.pem", std::process::id(), uniq());
    let path = std::env::temp_dir().join(name);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    file.write_all(pem.as_bytes())?;
    Ok(path)
}

fn uniq() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

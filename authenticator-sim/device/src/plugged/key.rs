use std::io;
use std::time::Duration;

use keyrig_core::state::NotASnapshot;
use keyrig_core::{Keep, OtherProfile, Prompt, State};
use keyrig_ctap::profile::{Backup, Profile};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::bench::{Bench, Order};
use super::hand::{Deed, Hand};
use super::log::{Happening, Log};
use super::port::PortError;
use super::status::{Credential, Prompted, Settings, Status, hex};
use crate::transport::fault::Armed;

/// A handle on a key that is plugged in. Clones are handles on the same key.
#[derive(Clone, Debug)]
pub struct Key {
    orders: mpsc::Sender<Order>,
    log: Log,
    prompted: watch::Receiver<Option<Prompt>>,
}

/// The key was unplugged for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("reach the key: it was unplugged")]
pub struct Gone;

/// Why a key was not changed.
#[derive(Debug, Error)]
pub enum NotDone {
    /// It was unplugged for good.
    #[error(transparent)]
    Gone(#[from] Gone),
    /// It waits for nobody.
    #[error("answer the key: it asks nothing")]
    NothingAsked,
    /// It is in its port already.
    #[error("insert the key: it is in its port already")]
    InsertedAlready,
    /// It is not in its port.
    #[error("reach the key: it is not in its port")]
    Removed,
    /// The port does not take it.
    #[error("insert the key")]
    Port(#[source] Box<PortError>),
    /// It has no such credential.
    #[error("find the credential {id}: the key has none with this id")]
    NoCredential {
        /// In hexadecimal.
        id: String,
    },
    /// Bytes that are no snapshot.
    #[error("restore the key: {0}")]
    NotASnapshot(NotASnapshot),
    /// A snapshot of another product.
    #[error("restore the key: {0}")]
    OtherProfile(OtherProfile),
    /// BS without BE.
    #[error("set the backup state: what is backed up has to be eligible for it (WebAuthn L3 §6.1.3)")]
    BackedUpButNotEligible,
}

impl Key {
    pub(super) const fn new(orders: mpsc::Sender<Order>, log: Log, prompted: watch::Receiver<Option<Prompt>>) -> Self {
        Self { orders, log, prompted }
    }

    /// What happened and happens to it.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Notes something in its log that happened elsewhere.
    pub fn note(&self, what: String) {
        self.log.note(Happening::Changed { how: what });
    }

    /// How it is.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn status(&self) -> Result<Status, Gone> {
        self.order(|bench| Ok(bench.status())).await
    }

    /// What it was set to.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn settings(&self) -> Result<Settings, Gone> {
        self.order(|bench| Ok(Settings::from(bench.shape().authenticator().state()))).await
    }

    /// The user answers the prompt that is open.
    ///
    /// # Errors
    ///
    /// [`NotDone::NothingAsked`], [`NotDone::Gone`].
    pub async fn answer(&self, deed: Deed) -> Result<Prompted, NotDone> {
        self.order(move |bench| bench.answer(deed)).await?
    }

    /// The user waits until the key asks, but no longer than `patience`, and answers.
    ///
    /// # Errors
    ///
    /// As [`Self::answer`].
    pub async fn answer_within(&self, patience: Duration, deed: Deed) -> Result<Prompted, NotDone> {
        let wait = async {
            let mut prompted = self.prompted.clone();
            loop {
                // Where the key is gone, the order says so.
                let _ = prompted.wait_for(Option::is_some).await;
                match self.answer(deed).await {
                    Err(NotDone::NothingAsked) => prompted.mark_unchanged(),
                    done => return done,
                }
            }
        };
        match timeout(patience, wait).await {
            Ok(done) => done,
            Err(_) => self.answer(deed).await,
        }
    }

    /// Who answers from now on.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn set_hand(&self, hand: Hand) -> Result<(), Gone> {
        self.order(move |bench| {
            bench.log().note(Happening::Changed { how: format!("gestures: {}", hand.describe()) });
            bench.set_hand(hand);
            Ok(())
        })
        .await
    }

    /// Pulls it out of its port; what was under way has no reply. Nothing happens where it is out.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn remove(&self) -> Result<(), Gone> {
        self.order(Bench::remove).await
    }

    /// Puts it back.
    ///
    /// # Errors
    ///
    /// [`NotDone::InsertedAlready`], [`NotDone::Port`], [`NotDone::Gone`].
    pub async fn insert(&self) -> Result<(), NotDone> {
        self.order(Bench::insert).await?
    }

    /// Takes its power away for a moment; to the operating system it stays.
    ///
    /// # Errors
    ///
    /// [`NotDone::Removed`], [`NotDone::Gone`].
    pub async fn power_cycle(&self) -> Result<(), NotDone> {
        self.order(Bench::power_cycle).await?
    }

    /// Sets BE and BS of every credential, and of those to come.
    ///
    /// # Errors
    ///
    /// [`NotDone::BackedUpButNotEligible`], [`NotDone::Gone`].
    pub async fn set_backup(&self, backup: Backup) -> Result<(), NotDone> {
        if backup.state && !backup.eligible {
            return Err(NotDone::BackedUpButNotEligible);
        }
        let order = move |bench: &mut Bench| {
            let change = bench.shape_mut().authenticator_mut().set_backup(backup);
            let how = format!("backup eligible: {}, backup state: {}", backup.eligible, backup.state);
            bench.log().note(Happening::Changed { how });
            bench.write(&change)
        };
        Ok(self.order(order).await?)
    }

    /// Its credentials, by id: `most` of them, after the first `from`.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn credentials(&self, from: usize, most: usize) -> Result<Vec<Credential>, Gone> {
        self.order(move |bench| {
            let all = bench.shape().authenticator().state().credentials();
            Ok(all.skip(from).take(most).map(Credential::from).collect())
        })
        .await
    }

    /// Deletes a credential.
    ///
    /// # Errors
    ///
    /// [`NotDone::NoCredential`], [`NotDone::Gone`].
    pub async fn delete_credential(&self, id: Vec<u8>) -> Result<(), NotDone> {
        let order = move |bench: &mut Bench| {
            let Some(change) = bench.shape_mut().authenticator_mut().forget(&id) else {
                return Ok(Err(NotDone::NoCredential { id: hex(&id) }));
            };
            bench.log().note(Happening::Changed { how: format!("credential {} deleted", hex(&id)) });
            bench.write(&change)?;
            Ok(Ok(()))
        };
        self.order(order).await?
    }

    /// Makes it another product: an update, or a replacement.
    ///
    /// # Errors
    ///
    /// [`NotDone::Port`] where the port does not take the new one; [`NotDone::Gone`].
    pub async fn upgrade(&self, profile: Profile, keep: Keep) -> Result<(), NotDone> {
        self.order(move |bench| bench.upgrade(profile, keep)).await?
    }

    /// Everything that it remembers. It holds private keys.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn snapshot(&self) -> Result<Zeroizing<Vec<u8>>, Gone> {
        self.order(|bench| Ok(bench.shape().authenticator().snapshot())).await
    }

    /// Remembers what a snapshot has, and nothing else.
    ///
    /// # Errors
    ///
    /// [`NotDone::NotASnapshot`], [`NotDone::OtherProfile`], [`NotDone::Gone`].
    pub async fn restore(&self, snapshot: &[u8]) -> Result<(), NotDone> {
        let state = State::from_snapshot(snapshot).map_err(NotDone::NotASnapshot)?;
        self.order(move |bench| bench.recall(state)).await?
    }

    /// Arms a fault of its link.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn arm(&self, armed: Armed) -> Result<(), Gone> {
        self.order(move |bench| {
            bench.log().note(Happening::Changed { how: format!("fault armed: {}", armed.fault.name) });
            bench.seam().arm(armed);
            Ok(())
        })
        .await
    }

    /// Disarms every fault of its link.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn disarm(&self) -> Result<(), Gone> {
        self.order(|bench| {
            bench.seam().disarm();
            Ok(())
        })
        .await
    }

    /// Takes it away for good.
    ///
    /// # Errors
    ///
    /// [`Gone`].
    pub async fn unplug(&self) -> Result<(), Gone> {
        self.order(Bench::unplug).await
    }

    /// Does something between two reports.
    async fn order<T: Send + 'static>(
        &self,
        order: impl FnOnce(&mut Bench) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Gone> {
        let (give, done) = oneshot::channel();
        let order: Order = Box::new(move |bench| {
            // Whoever asked may not wait any more.
            let _ = give.send(order(bench)?);
            Ok(())
        });
        self.orders.send(order).await.map_err(|_| Gone)?;
        done.await.map_err(|_| Gone)
    }
}

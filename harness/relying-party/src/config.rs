//! What a relying party is started with.

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::policy::Policy;
use crate::users::Users;

/// What a relying party is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The policy.
    pub policy: Policy,
    /// Who is known from the start.
    pub users: Users,
    /// The RP ID.
    pub rp_id: String,
    /// The origins whose pages may run a ceremony, unless the policy declares its own.
    pub origins: Vec<String>,
    /// Certificates that attestations may lead to, in PEM; empty for none. A certificate after lines `AAGUID: <aaguid>`
    /// vouches for these models only, any other one for all.
    pub trust_anchors_pem: String,
    /// The clock.
    pub clock: Clock,
    /// What the admin API and the provisioning API want as `Authorization: Bearer <token>`.
    pub admin_token: String,
    /// Where every random byte comes from, so that a run can be replayed; without it, the operating system.
    pub seed: Option<[u8; 32]>,
}

impl Config {
    /// A relying party at `corp.example.com` with a random admin token, a clock that runs and no trust anchors.
    pub fn new(policy: Policy, users: Users) -> Self {
        Self {
            policy,
            users,
            rp_id: "corp.example.com".to_owned(),
            origins: vec!["https://corp.example.com".to_owned()],
            trust_anchors_pem: String::new(),
            clock: Clock::system(),
            admin_token: Entropy::new(None).secret(),
            seed: None,
        }
    }
}

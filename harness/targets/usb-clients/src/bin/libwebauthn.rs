//! The crate `libwebauthn` answers a relying party's options with the key that this machine sees.
//!
//! `libwebauthn create|get ORIGIN [PIN] < options.json > answer.json`

use std::io::Read;
use std::time::Duration;

use libwebauthn::UvUpdate;
use libwebauthn::ops::webauthn::{
    GetAssertionRequest, JsonFormat, MakeCredentialRequest, OriginValidation, RelatedOrigins, RequestOrigin,
    RequestSettings, SystemPublicSuffixList, WebAuthnIDLResponse as _,
};
use libwebauthn::transport::hid::{HidError, list_devices};
use libwebauthn::transport::{Channel as _, ChannelSettings, Device as _};
use libwebauthn::webauthn::{WebAuthn as _, WebAuthnError};

/// How often it is tried: libwebauthn gives a key 200 ms to open a channel and 250 ms to tell of itself, which it may
/// exceed where a machine does other things meanwhile.
const ATTEMPTS: usize = 5;

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let (verb, origin) = (words.next().expect("a verb"), words.next().expect("an origin"));
    let pin = words.next();
    let mut options = String::new();
    std::io::stdin().read_to_string(&mut options).expect("options are on standard input");

    let mut attempts = ATTEMPTS;
    let answer = loop {
        attempts -= 1;
        match answer(&verb, &origin, pin.clone(), &options).await {
            Err(WebAuthnError::Transport(late @ (HidError::Timeout | HidError::InvalidInit))) if attempts > 0 => {
                eprintln!("once more: {late}");
                // What comes late is for nobody.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            done => break done,
        }
    };
    println!("{}", answer.expect("the key answers"));
}

async fn answer(
    verb: &str,
    origin: &str,
    pin: Option<String>,
    options: &str,
) -> Result<String, WebAuthnError<HidError>> {
    let mut keys = list_devices().await.expect("keys are listed");
    let mut channel = keys[0].channel(ChannelSettings::default()).await?;
    channel.wink(Duration::from_secs(10)).await.map_err(WebAuthnError::Transport)?;
    let mut updates = channel.get_ux_update_receiver();
    tokio::spawn(async move {
        while let Ok(update) = updates.recv().await {
            if let (UvUpdate::PinRequired(update), Some(pin)) = (update, &pin) {
                let _ = update.send_pin(pin);
            }
        }
    });

    let origin: RequestOrigin = origin.try_into().expect("an origin");
    let suffixes = SystemPublicSuffixList::auto().expect("the list of public suffixes is installed");
    let validation =
        OriginValidation::Validate { public_suffix_list: &suffixes, related_origins: RelatedOrigins::Disabled };
    let settings = RequestSettings { origin: validation };
    let answer = match verb {
        "create" => {
            let request =
                MakeCredentialRequest::prepare(&origin, options, &settings).await.expect("the options are read");
            let made = channel.webauthn_make_credential(&request).await?;
            made.to_json_string(&request, JsonFormat::Minified)
        }
        _ => {
            let request =
                GetAssertionRequest::prepare(&origin, options, &settings).await.expect("the options are read");
            let signed = channel.webauthn_get_assertion(&request).await?;
            signed.assertions[0].to_json_string(&request, JsonFormat::Minified)
        }
    };
    Ok(answer.expect("the answer is written"))
}

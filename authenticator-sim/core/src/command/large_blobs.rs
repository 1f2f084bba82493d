//! authenticatorLargeBlobs (CTAP 2.3 §6.10).

use alloc::boxed::Box;
use alloc::vec::Vec;

use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::large_blobs::{INITIAL, OVERHEAD, Request, Response, is_intact};

use super::{Step, verification};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::Edit;

/// An array of which not every fragment has come; the end of the token that began it ends it (CTAP 2.3 §6, stateful
/// commands).
#[derive(Debug, Default)]
pub(crate) struct Writing {
    /// Bytes of the whole array.
    expected: usize,
    come: Vec<u8>,
    /// A token began it.
    pub(crate) by_token: bool,
}

/// Reads or writes one fragment.
pub(super) fn begin(cx: &mut Context, parameters: &[u8]) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    let offset = request.offset.ok_or(Reason::Parameter)?;
    match (request.get, &request.set) {
        (Some(count), None) => read(cx, &request, count, offset),
        (None, Some(fragment)) => write(cx, &request, fragment, offset),
        (Some(_), Some(_)) | (None, None) => Err(Reason::Parameter),
    }
}

fn read(cx: &Context, request: &Request, count: u64, offset: u64) -> Result<Step, Reason> {
    if request.length.is_some() || request.pin_uv_auth_param.is_some() || request.pin_uv_auth_protocol.is_some() {
        return Err(Reason::Parameter);
    }
    if count > longest_fragment(cx) {
        return Err(Reason::FragmentTooLong);
    }
    let rest = usize::try_from(offset).ok().and_then(|offset| cx.state.large_blobs().get(offset..));
    let rest = rest.ok_or(Reason::Parameter)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(rest.len());
    Ok(done(&Response { config: Some(rest[..count].to_vec()) }))
}

fn write(cx: &mut Context, request: &Request, fragment: &[u8], offset: u64) -> Result<Step, Reason> {
    if fragment.len() as u64 > longest_fragment(cx) {
        return Err(Reason::FragmentTooLong);
    }
    if cx.token().is_none() {
        cx.volatile.writing.take_if(|writing| writing.by_token);
    }
    if offset == 0 {
        let expected = expected(cx, request)?;
        let by_token = needs_token(cx);
        cx.volatile.writing = Some(Box::new(Writing { expected, come: Vec::new(), by_token }));
    } else if request.length.is_some() {
        return Err(Reason::Parameter);
    }
    let come = cx.volatile.writing.as_ref().map_or(0, |writing| writing.come.len() as u64);
    if cx.volatile.writing.is_none() || offset != come {
        return Err(Reason::FragmentOutOfOrder);
    }
    if needs_token(cx) {
        let (param, number) = (request.pin_uv_auth_param.as_deref(), request.pin_uv_auth_protocol);
        verification::manager(cx, param, number, &request.authenticated(), Permissions::LBW, Permissions::LBW)?;
    }
    let mut writing = cx.volatile.writing.take().ok_or(Reason::FragmentOutOfOrder)?;
    if writing.come.len() + fragment.len() > writing.expected {
        cx.volatile.writing = Some(writing);
        return Err(Reason::Parameter);
    }
    writing.come.extend_from_slice(fragment);
    if writing.come.len() < writing.expected {
        cx.volatile.writing = Some(writing);
        return Ok(done(&Response::default()));
    }
    if !is_intact(&writing.come) {
        return Err(Reason::LargeBlobsNotIntact);
    }
    cx.edit(Edit::LargeBlobs(writing.come));
    Ok(done(&Response::default()))
}

fn needs_token(cx: &Context) -> bool {
    cx.is_protected() || cx.state.config.always_uv
}

/// The length of the whole array, which comes with the first fragment.
fn expected(cx: &Context, request: &Request) -> Result<usize, Reason> {
    let length = request.length.ok_or(Reason::Parameter)?;
    if length > cx.cut.info.max_serialized_large_blob_array.unwrap_or(0) {
        return Err(Reason::LargeBlobStorageFull);
    }
    usize::try_from(length).ok().filter(|length| *length >= INITIAL.len()).ok_or(Reason::Parameter)
}

/// `maxFragmentLength`.
fn longest_fragment(cx: &Context) -> u64 {
    cx.cut.info.max_message_size().saturating_sub(OVERHEAD)
}

fn done(response: &Response) -> Step {
    Step::Done(success(&response.encode()))
}

//! U2F messages (FIDO U2F Raw Message Formats 1.2), and what else goes to a card and comes from it.

use keyrig_ctap::cbor::Span;
use keyrig_ctap::iso7816::{FIDO_APPLET, Instruction as Ins, StatusWord};
use keyrig_ctap::u2f::{Apdu, Control, Instruction, Registration};

use super::certificate;
use super::field::{Decoded, Field, Remarks};

const HASH: usize = 32;

/// Reads a whole APDU: its head and its data.
pub(crate) fn request(bytes: &[u8]) -> Result<Decoded, String> {
    let apdu = Apdu::parse(bytes).map_err(|status| format!("it is no APDU: {status}"))?;
    let at = |start, end| Span { start, end };
    let mut fields = vec![Field::leaf("INS", at(1, 2), apdu.instruction.to_string(), apdu.instruction.0)];
    if apdu.instruction == Instruction::AUTHENTICATE {
        fields.push(Field::leaf("P1", at(2, 3), Control(apdu.p1).to_string(), apdu.p1));
    }
    let base = bytes.len().min(if bytes.get(4) == Some(&0) { 7 } else { 5 });
    fields.extend(asked(apdu.instruction, Part { bytes: apdu.data, base })?);
    Ok(decoded(format!("U2F request {}", apdu.instruction), bytes, fields, Remarks::default()))
}

/// Reads a whole answer: its data and its status word.
pub(crate) fn response(bytes: &[u8]) -> Result<Decoded, String> {
    let (data, status) = bytes.split_last_chunk::<2>().ok_or("it is too short for a status word")?;
    let status = StatusWord(u16::from_be_bytes(*status));
    let mut remarks = Remarks::default();
    let (title, mut fields) = answered(data, &mut remarks)?;
    let span = Span { start: data.len(), end: bytes.len() };
    fields.push(Field::leaf("status word", span, status.to_string(), status.0));
    Ok(decoded(title, bytes, fields, remarks))
}

/// Reads the data of the command to a card that has this name.
pub(crate) fn command(name: &str, data: &[u8]) -> Result<Decoded, String> {
    let part = Part { bytes: data, base: 0 };
    let known = [Instruction::REGISTER, Instruction::AUTHENTICATE, Instruction::VERSION];
    let fields = match known.into_iter().find(|known| known.name() == Some(name)) {
        Some(instruction) => asked(instruction, part)?,
        None if Some(name) == Ins::SELECT.name() => {
            let applet = part.field("applet", 0, data.len());
            vec![if data == FIDO_APPLET { applet.noted("FIDO") } else { applet }]
        }
        None => return Err("a command that carries nothing to take apart".into()),
    };
    Ok(decoded(name.to_owned(), data, fields, Remarks::default()))
}

/// Reads the data of the answer of a card.
pub(crate) fn answer(data: &[u8]) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let (title, fields) = answered(data, &mut remarks)?;
    Ok(decoded(title, data, fields, remarks))
}

fn decoded(title: String, bytes: &[u8], fields: Vec<Field>, remarks: Remarks) -> Decoded {
    Decoded { title, length: bytes.len(), fields, remarks, cbor: false }
}

#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    base: usize,
}

impl Part<'_> {
    fn span(self, start: usize, end: usize) -> Span {
        Span { start: self.base + start, end: self.base + end }
    }

    fn field(self, name: &str, start: usize, end: usize) -> Field {
        Field::bytes(name, self.span(start, end), &self.bytes[start..end])
    }
}

fn asked(instruction: Instruction, part: Part<'_>) -> Result<Vec<Field>, String> {
    let length = part.bytes.len();
    let hashes = || [part.field("challenge parameter", 0, HASH), part.field("application parameter", HASH, 2 * HASH)];
    match instruction {
        Instruction::REGISTER if length == 2 * HASH => Ok(hashes().into()),
        Instruction::AUTHENTICATE
            if part.bytes.get(2 * HASH).is_some_and(|&n| length == 2 * HASH + 1 + usize::from(n)) =>
        {
            Ok(hashes().into_iter().chain([part.field("key handle", 2 * HASH + 1, length)]).collect())
        }
        Instruction::REGISTER | Instruction::AUTHENTICATE => {
            Err(format!("{length} bytes are no data of {instruction}"))
        }
        _ if length == 0 => Ok(Vec::new()),
        _ => Ok(vec![part.field("data", 0, length)]),
    }
}

/// What an answer is, by its look: the command that it answers does not stand in it.
fn answered(data: &[u8], remarks: &mut Remarks) -> Result<(String, Vec<Field>), String> {
    let part = Part { bytes: data, base: 0 };
    match data {
        [] => Ok(("answer without data".into(), Vec::new())),
        [0x05, ..] => registered(part, remarks).map(|fields| ("answer of U2F_REGISTER".into(), fields)),
        [0x00 | 0x01, _, _, _, _, 0x30, ..] => Ok(("answer of U2F_AUTHENTICATE".into(), signed(part))),
        _ if data.is_ascii() => {
            let text = String::from_utf8_lossy(data).into_owned();
            Ok((
                "versions that are spoken".into(),
                vec![Field::leaf("version", part.span(0, data.len()), &*text, &*text)],
            ))
        }
        _ => Err("an answer that cannot be taken apart".into()),
    }
}

fn registered(part: Part<'_>, remarks: &mut Remarks) -> Result<Vec<Field>, String> {
    let bytes = part.bytes;
    let Registration { public_key, key_handle, certificate, .. } = Registration::parse(bytes)
        .ok_or_else(|| format!("{} bytes are too few for an answer of U2F_REGISTER", bytes.len()))?;
    let handle = 1 + public_key.len() + 1;
    let handle_ends = handle + key_handle.len();
    let certificate_ends = handle_ends + certificate.len();
    Ok(vec![
        part.field("public key", 1, 1 + public_key.len()),
        part.field("key handle", handle, handle_ends),
        certificate::field("certificate", part.span(handle_ends, certificate_ends), certificate, remarks),
        part.field("signature", certificate_ends, bytes.len()),
    ])
}

fn signed(part: Part<'_>) -> Vec<Field> {
    let &[presence, a, b, c, d, ..] = part.bytes else { return Vec::new() };
    let counter = u32::from_be_bytes([a, b, c, d]);
    vec![
        Field::leaf("user presence", part.span(0, 1), if presence & 1 == 1 { "yes" } else { "no" }, presence),
        Field::leaf("counter", part.span(1, 5), counter.to_string(), counter),
        part.field("signature", 5, part.bytes.len()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(decoded: &Decoded) -> Vec<&str> {
        decoded.fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn requests_are_taken_apart_in_both_forms_of_an_apdu() {
        let hashes = [vec![0xc4; 32], vec![0xa9; 32]].concat();
        let whole = Apdu { class: 0, instruction: Instruction::REGISTER, p1: 0, p2: 0, data: &hashes }.encode();
        let register = request(&whole).unwrap();
        assert_eq!(register.title, "U2F request U2F_REGISTER");
        assert_eq!(names(&register), ["INS", "challenge parameter", "application parameter"]);
        assert_eq!(register.fields[2].span, Some(Span { start: 39, end: 71 }));
        let signs = [&[0, 2, 7, 0, 67][..], &hashes, &[2, 0xab, 0xcd]].concat();
        let authenticate = request(&signs).unwrap();
        assert_eq!(names(&authenticate), ["INS", "P1", "challenge parameter", "application parameter", "key handle"]);
        assert_eq!(
            (&*authenticate.fields[1].text, authenticate.fields[4].value.as_str()),
            ("check-only", Some("abcd"))
        );
        assert!(request(&[0, 1, 0, 0, 1, 9]).is_err());
    }

    #[test]
    fn answers_are_known_by_their_look() {
        let signed = response(&[1, 0, 0, 1, 2, 0x30, 0, 0x90, 0]).unwrap();
        assert_eq!(names(&signed), ["user presence", "counter", "signature", "status word"]);
        assert_eq!((&*signed.fields[1].text, &*signed.fields[3].text), ("258", "SW_NO_ERROR"));
        assert_eq!(answer(b"FIDO_2_0").unwrap().fields[0].text, "FIDO_2_0");
        let registered = [&[5][..], &[4; 65], &[2, 0xab, 0xcd], &[0x30, 2, 5, 0], &[0x30, 0]].concat();
        let parts = answer(&registered).unwrap();
        assert_eq!(names(&parts), ["public key", "key handle", "certificate", "signature"]);
        assert!(answer(&registered[..70]).is_err());
    }

    #[test]
    fn no_bytes_are_too_odd() {
        for first in 0..=255_u8 {
            for length in 0..80 {
                let bytes = vec![first; length];
                let _ = (request(&bytes), response(&bytes), command("U2F_AUTHENTICATE", &bytes), answer(&bytes));
            }
        }
    }
}

//! Signing sets of signatures, and refusing those that do not verify.
//!
//! A signed set has two things more than an unsigned one: its first line, `MARK` and the Ed25519 signature (RFC 8032) over `CONTEXT` and
//! every byte behind that line, and in what is signed the key `signer`. Either without the other is refused, so that no change of a byte
//! turns a signed set into one that nobody signed. Whoever takes both away makes an unsigned set: only naming the trusted keys keeps that out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use intel::{FileError, SignatureSet};
use serde::{Deserialize, Serialize};

/// How the first line of a signed set begins.
const MARK: &str = "# deminer-signature: ";

/// What is signed before the text, so that a signature over something else is none over a set.
const CONTEXT: &[u8] = b"deminer.signatures/1\n";

/// A secret key, with which sets are signed.
pub struct SecretKey(SigningKey);

/// A public key, by which a signed set is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A key as a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    schema: String,
    key: String,
}

const SECRET_SCHEMA: &str = "deminer.secret-key/1";
const PUBLIC_SCHEMA: &str = "deminer.public-key/1";

/// Why a set or a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The set is no set.
    #[error(transparent)]
    Form(#[from] FileError),
    /// It says that it is signed, and the signature does not fit.
    #[error("its signature does not fit its content")]
    Broken,
    /// It is signed with a key that is not among the trusted ones.
    #[error("it is signed with a key that is not trusted")]
    Stranger,
    /// It is not signed, and only signed sets are wanted.
    #[error("it is not signed")]
    Unsigned,
    /// A key is none.
    #[error("it is no key of the form that is expected")]
    Key,
}

/// A set that may be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The set.
    pub set: SignatureSet,
    /// Who signed it, where somebody did: the signature fits.
    pub signer: Option<PublicKey>,
}

impl SecretKey {
    /// A key from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`Refused::Key`].
    pub fn from_toml(text: &str) -> Result<Self, Refused> {
        Ok(Self::from_seed(&read_key(text, SECRET_SCHEMA)?))
    }

    /// The key as a file.
    pub fn to_toml(&self) -> String {
        key_file(SECRET_SCHEMA, &STANDARD.encode(self.0.to_bytes()))
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl PublicKey {
    /// Reads a key file, or the key in Base64 alone.
    ///
    /// # Errors
    /// [`Refused::Key`].
    pub fn from_text(text: &str) -> Result<Self, Refused> {
        let bytes = match decode(text.trim()) {
            Some(bytes) => bytes,
            None => read_key(text, PUBLIC_SCHEMA)?,
        };
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| Refused::Key)
    }

    /// The key as a file.
    pub fn to_toml(&self) -> String {
        key_file(PUBLIC_SCHEMA, &self.to_base64())
    }

    /// The key in Base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0.to_bytes())
    }
}

fn key_file(schema: &str, key: &str) -> String {
    format!("schema = \"{schema}\"\nkey = \"{key}\"\n")
}

fn read_key(text: &str, schema: &str) -> Result<[u8; 32], Refused> {
    let file: KeyFile = toml::from_str(text).map_err(|_| Refused::Key)?;
    if file.schema != schema {
        return Err(Refused::Key);
    }
    decode(&file.key).ok_or(Refused::Key)
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Signs a set, in place of whoever signed it before. Its text stays as it is, remarks and order included.
///
/// # Errors
/// [`Refused::Form`] where the text is no set.
pub fn sign(file: &str, text: &str, key: &SecretKey) -> Result<String, Refused> {
    let body = match text.strip_prefix(MARK) {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body),
        None => text,
    };
    let signer = |line: &&str| line.split_once('=').is_some_and(|(name, _)| name.trim() == "signer");
    let kept: String = body.split_inclusive('\n').filter(|line| !signer(line)).collect();
    SignatureSet::from_toml(file, &kept)?;
    let body = format!("signer = \"{}\"\n{kept}", key.public().to_base64());
    // What was left out must have been the key and not a line of a longer text.
    SignatureSet::from_toml(file, &body)?;
    let signature = key.0.sign(&signed(&body));
    Ok(format!("{MARK}{}\n{body}", STANDARD.encode(signature.to_bytes())))
}

fn signed(body: &str) -> Vec<u8> {
    [CONTEXT, body.as_bytes()].concat()
}

/// Opens a set. Without trusted keys, a set that nobody signed is taken as the user's own, and a signed one by whoever signed it; with them,
/// only what one of them signed.
///
/// # Errors
/// [`Refused`] where the set is none, its signature does not fit, or it is not trusted.
pub fn open(file: &str, text: &str, trusted: &[PublicKey]) -> Result<Opened, Refused> {
    let (signature, body) = match text.strip_prefix(MARK).map(|rest| rest.split_once('\n')) {
        None => (None, text),
        Some(None) => return Err(Refused::Broken),
        Some(Some((line, body))) => (Some(decode(line).ok_or(Refused::Broken)?), body),
    };
    let set = SignatureSet::from_toml(file, body)?;
    match (signature, &set.signer) {
        (None, None) if trusted.is_empty() => Ok(Opened { set, signer: None }),
        (None, None) => Err(Refused::Unsigned),
        (Some(signature), Some(signer)) => {
            let key = decode(signer).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
            let key = key.ok_or(Refused::Broken)?;
            key.verify_strict(&signed(body), &Signature::from_bytes(&signature))
                .map_err(|_| Refused::Broken)?;
            let key = PublicKey(key);
            if !trusted.is_empty() && !trusted.contains(&key) {
                return Err(Refused::Stranger);
            }
            Ok(Opened { set, signer: Some(key) })
        }
        (Some(_), None) | (None, Some(_)) => Err(Refused::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intel::Intel;
    use proptest::prelude::*;

    fn set() -> String {
        let mut set = SignatureSet::new("office");
        set.put(Intel::builtin().families()[0].clone());
        format!("# A remark.\n{}", set.to_toml().unwrap())
    }

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed(&[seed; 32])
    }

    /// RFC 8032, 7.1, test 1.
    #[test]
    fn keys_are_those_of_the_standard() {
        let seed: [u8; 32] = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
            0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ];
        let public = SecretKey::from_seed(&seed).public();
        assert_eq!(public.to_base64(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    #[test]
    fn a_signed_set_opens_and_keeps_its_text() {
        let signed = sign("s", &set(), &key(1)).unwrap();
        assert!(signed.contains("# A remark."));
        let opened = open("s", &signed, &[]).unwrap();
        assert_eq!(opened.signer, Some(key(1).public()));
        assert_eq!(open("s", &signed, &[key(2).public(), key(1).public()]).unwrap(), opened);
        assert_eq!(open("s", &signed, &[key(2).public()]), Err(Refused::Stranger));
        let again = sign("s", &signed, &key(2)).unwrap();
        assert_eq!(open("s", &again, &[key(2).public()]).unwrap().set.families, opened.set.families);
        assert_eq!(sign("s", &again, &key(1)).unwrap(), signed);
    }

    #[test]
    fn an_unsigned_set_is_the_users_own_or_refused() {
        assert_eq!(open("s", &set(), &[]).unwrap().signer, None);
        assert_eq!(open("s", &set(), &[key(1).public()]), Err(Refused::Unsigned));
    }

    #[test]
    fn a_signature_that_is_cut_off_does_not_make_the_set_unsigned() {
        let signed = sign("s", &set(), &key(1)).unwrap();
        let (_, body) = signed.split_once('\n').unwrap();
        assert_eq!(open("s", body, &[]), Err(Refused::Broken));
        let (line, _) = signed.split_once('\n').unwrap();
        assert_eq!(open("s", &format!("{line}\n{}", set()), &[]), Err(Refused::Broken));
    }

    #[test]
    fn keys_survive_their_files_and_are_not_mixed_up() {
        let (secret, public) = (key(3).to_toml(), key(3).public());
        assert_eq!(SecretKey::from_toml(&secret).unwrap().public(), public);
        assert_eq!(PublicKey::from_text(&public.to_toml()), Ok(public));
        assert_eq!(PublicKey::from_text(&public.to_base64()), Ok(public));
        assert_eq!(PublicKey::from_text(&secret), Err(Refused::Key));
        assert!(SecretKey::from_toml(&public.to_toml()).is_err());
        assert!(PublicKey::from_text("").is_err());
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_refused(at in 0usize..100_000, change in 1u8..=255) {
            let mut bytes = sign("s", &set(), &key(1)).unwrap().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= change;
            let text = String::from_utf8_lossy(&bytes);
            prop_assert!(open("s", &text, &[]).is_err());
        }

        #[test]
        fn any_missing_piece_is_refused_where_the_signer_is_trusted(at in 0usize..100_000, length in 1usize..200) {
            let signed = sign("s", &set(), &key(1)).unwrap();
            let at = at % signed.len();
            let mut bytes = signed.into_bytes();
            bytes.drain(at..(at + length).min(bytes.len()));
            prop_assert!(open("s", &String::from_utf8_lossy(&bytes), &[key(1).public()]).is_err());
        }
    }

    #[test]
    fn each_bit_of_the_first_lines_is_held() {
        let signed = sign("s", &set(), &key(1)).unwrap().into_bytes();
        for at in 0..300 {
            for bit in 0..8 {
                let mut bytes = signed.clone();
                bytes[at] ^= 1 << bit;
                assert!(open("s", &String::from_utf8_lossy(&bytes), &[]).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}

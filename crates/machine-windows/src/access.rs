//! Who may change an object, from its security descriptor.
//!
//! The layout is that of self-relative security descriptors (Microsoft: [MS-DTYP] 2.4.2 to 2.4.6).

use crate::bytes::{array_at, u16_at, u32_at};

/// Rights that change a file, or what is in a folder: data, attributes that matter, deleting, security, and the generic ones.
pub(crate) const CHANGES: u32 = WRITE_DATA
    | APPEND
    | WRITE_EA
    | DELETE_CHILD
    | DELETE
    | WRITE_DAC
    | WRITE_OWNER
    | GENERIC_WRITE
    | GENERIC_ALL;

/// Rights that put another thing in the place of what is below a folder. To add something beside it is none of them.
pub(crate) const REPLACES: u32 = DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;

const WRITE_DATA: u32 = 0x2;
const APPEND: u32 = 0x4;
const WRITE_EA: u32 = 0x10;
const DELETE_CHILD: u32 = 0x40;
const DELETE: u32 = 0x1_0000;
const WRITE_DAC: u32 = 0x4_0000;
const WRITE_OWNER: u32 = 0x8_0000;
const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;

/// The control bit that says that there is a list of who may do what.
const DACL_PRESENT: u16 = 0x4;
/// The flag of an entry that only what is made inside inherits.
const INHERIT_ONLY: u8 = 0x8;
/// The types of entries that allow: plain, for objects, with a callback.
const ALLOWING: [u8; 4] = [0, 5, 9, 11];
/// Those of them that carry the ids of object types before the account.
const FOR_OBJECTS: [u8; 2] = [5, 11];

/// Whether nobody but administrators, the system and Windows' own installer holds any of the rights, or could give them to himself as the
/// owner. What cannot be read is not protected. `own` is the security identifier of one account more that is as good as an administrator.
pub(crate) fn only_administrators(descriptor: &[u8], rights: u32, own: Option<&[u8]>) -> bool {
    read(descriptor, rights, own.and_then(sid).as_ref()).unwrap_or(false)
}

fn read(descriptor: &[u8], rights: u32, own: Option<&Sid>) -> Option<bool> {
    let is_trusted = |sid: &Sid| is_trusted(sid) || own == Some(sid);
    let control = u16_at(descriptor, 2)?;
    let offset = |at| u32_at(descriptor, at).and_then(|offset| usize::try_from(offset).ok());
    let owner = sid(descriptor.get(offset(4)?..)?)?;
    let list = offset(16)?;
    // Without a list everyone may do everything.
    if control & DACL_PRESENT == 0 || list == 0 {
        return Some(false);
    }
    let mut entry = descriptor.get(list.checked_add(8)?..)?;
    for _ in 0..u16_at(descriptor, list.checked_add(4)?)? {
        let [kind, flags] = array_at(entry, 0)?;
        let size = usize::from(u16_at(entry, 2)?);
        let counts = ALLOWING.contains(&kind) && flags & INHERIT_ONLY == 0;
        if counts && u32_at(entry, 4)? & rights != 0 {
            // Entries for object types are for directories of accounts, not for files: whoever they name counts as anyone.
            if FOR_OBJECTS.contains(&kind) || !is_trusted(&sid(entry.get(8..)?)?) {
                return Some(false);
            }
        }
        entry = entry.get(size.max(4)..)?;
    }
    Some(is_trusted(&owner))
}

/// Administrators, the system, Windows' own installer, and whoever owns the object, which is looked at by itself.
///
/// The one account of Wine, too: there is no other to be told from it. Windows gives it to nobody, for no machine has the number 0-0-0.
fn is_trusted(sid: &Sid) -> bool {
    const OF_WINE: [u32; 5] = [21, 0, 0, 0, 1000];
    const TRUSTED_INSTALLER: [u32; 6] =
        [80, 956_008_885, 3_418_522_649, 1_831_038_044, 1_853_292_631, 2_271_478_464];
    match (sid.authority, sid.parts.as_slice()) {
        (5, parts) => [&[18][..], &[32, 544], &TRUSTED_INSTALLER, &OF_WINE].contains(&parts),
        (3, parts) => matches!(parts, [0 | 4]),
        _ => false,
    }
}

/// An account by its security identifier.
#[derive(PartialEq, Eq)]
struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

fn sid(bytes: &[u8]) -> Option<Sid> {
    let [_revision, count] = array_at(bytes, 0)?;
    let authority: [u8; 6] = array_at(bytes, 2)?;
    let parts = (0..usize::from(count)).map(|at| u32_at(bytes, 8 + 4 * at)).collect::<Option<_>>()?;
    Some(Sid { authority: authority.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)), parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMINISTRATORS: &[u32] = &[32, 544];
    const USERS: &[u32] = &[32, 545];

    fn sid_bytes(parts: &[u32]) -> Vec<u8> {
        let mut bytes = vec![1, u8::try_from(parts.len()).unwrap(), 0, 0, 0, 0, 0, 5];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    /// A descriptor with this owner and these entries: type, flags, rights, account.
    fn descriptor(owner: &[u32], entries: &[(u8, u8, u32, &[u32])]) -> Vec<u8> {
        let owner = sid_bytes(owner);
        let list = u32::try_from(20 + owner.len()).unwrap();
        let mut bytes = vec![1, 0, 4, 0x80, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(list.to_le_bytes());
        bytes.extend(owner);
        bytes.extend([2, 0, 0, 0, u8::try_from(entries.len()).unwrap(), 0, 0, 0]);
        for (kind, flags, rights, account) in entries {
            let account = sid_bytes(account);
            bytes.extend([*kind, *flags, u8::try_from(8 + account.len()).unwrap(), 0]);
            bytes.extend(rights.to_le_bytes());
            bytes.extend(account);
        }
        bytes
    }

    #[test]
    fn what_others_may_only_read_is_protected() {
        let bytes = descriptor(ADMINISTRATORS, &[(0, 0, 0x1F_01FF, &[18]), (0, 0, 0x12_00A9, USERS)]);
        assert!(only_administrators(&bytes, CHANGES, None));
    }

    #[test]
    fn whoever_may_write_or_owns_it_breaks_the_protection() {
        let cases = [
            descriptor(ADMINISTRATORS, &[(0, 0, 2, USERS)]),
            descriptor(USERS, &[(0, 0, 0x1F_01FF, &[18])]),
            descriptor(&[21, 0, 0, 1, 1000], &[(0, 0, 0x1F_01FF, &[18])]),
            descriptor(ADMINISTRATORS, &[(0, 0, 0x1F_01FF, &[18]), (9, 0, GENERIC_WRITE, &[11])]),
            descriptor(ADMINISTRATORS, &[(5, 0, WRITE_DAC, ADMINISTRATORS)]),
        ];
        for (at, bytes) in cases.iter().enumerate() {
            assert!(!only_administrators(bytes, CHANGES, None), "{at}");
        }
    }

    #[test]
    fn one_account_more_may_be_as_good_as_an_administrator() {
        let account: &[u32] = &[21, 1, 2, 3, 1_000];
        let bytes = descriptor(account, &[(0, 0, GENERIC_ALL, account)]);
        assert!(only_administrators(&bytes, CHANGES, Some(&sid_bytes(account))));
        assert!(!only_administrators(&bytes, CHANGES, Some(&sid_bytes(USERS))));
        assert!(!only_administrators(&bytes, CHANGES, None));
    }

    #[test]
    fn to_add_something_beside_it_replaces_nothing() {
        let bytes = descriptor(ADMINISTRATORS, &[(0, 0, APPEND | WRITE_DATA, USERS)]);
        assert!(only_administrators(&bytes, REPLACES, None));
        assert!(!only_administrators(&bytes, CHANGES, None));
    }

    #[test]
    fn what_only_others_inherit_or_are_denied_does_not_count() {
        let bytes =
            descriptor(ADMINISTRATORS, &[(0, INHERIT_ONLY, GENERIC_ALL, USERS), (1, 0, GENERIC_ALL, USERS)]);
        assert!(only_administrators(&bytes, CHANGES, None));
    }

    #[test]
    fn no_list_and_no_sense_are_no_protection() {
        let mut no_list = descriptor(ADMINISTRATORS, &[]);
        assert!(only_administrators(&no_list, CHANGES, None), "an empty list lets nobody in");
        no_list[2] = 0;
        assert!(!only_administrators(&no_list, CHANGES, None));
        let whole = descriptor(ADMINISTRATORS, &[(0, 0, 1, USERS)]);
        for end in 0..whole.len() {
            assert!(!only_administrators(&whole[..end], CHANGES, None), "{end}");
        }
    }
}

//! Signatures of files, in them and in catalogues, as Windows judges them.
//!
//! Nothing is fetched: what Windows has not got already (lists of revoked certificates) is not looked at.

use crate::fault::{Outcome, from_error};
use crate::file::{extended, open_file};
use crate::library::{Library, function};
use crate::text::{narrow, wide};
use machine::Signature;
use std::ffi::c_void;
use std::ptr::null_mut;
use windows::Win32::Foundation::{HANDLE, HWND};
use windows::Win32::Security::Cryptography::Catalog::CATALOG_INFO;
use windows::Win32::Security::Cryptography::{
    CERT_CHAIN_CONTEXT, CERT_CHAIN_POLICY_PARA, CERT_CHAIN_POLICY_STATUS, CERT_CONTEXT,
};
use windows::Win32::Security::WinTrust::{
    CRYPT_PROVIDER_CERT, CRYPT_PROVIDER_DATA, CRYPT_PROVIDER_SGNR, WINTRUST_CATALOG_INFO, WINTRUST_DATA,
    WINTRUST_DATA_0, WINTRUST_FILE_INFO, WTD_CACHE_ONLY_URL_RETRIEVAL, WTD_CHOICE_CATALOG, WTD_CHOICE_FILE,
    WTD_REVOKE_NONE, WTD_STATEACTION_CLOSE, WTD_STATEACTION_VERIFY, WTD_UI_NONE,
};
use windows::Win32::Storage::FileSystem::FILE_GENERIC_READ;
use windows::core::{GUID, PCWSTR};

// Signatures of functions: Microsoft, wintrust.h, mscat.h and wincrypt.h.
type VerifyTrust = unsafe extern "system" fn(HWND, *const GUID, *mut WINTRUST_DATA) -> i32;
type DataOfState = unsafe extern "system" fn(HANDLE) -> *mut CRYPT_PROVIDER_DATA;
type SignerOfChain =
    unsafe extern "system" fn(*mut CRYPT_PROVIDER_DATA, u32, i32, u32) -> *mut CRYPT_PROVIDER_SGNR;
type CertOfChain = unsafe extern "system" fn(*mut CRYPT_PROVIDER_SGNR, u32) -> *mut CRYPT_PROVIDER_CERT;
type NameOfCert =
    unsafe extern "system" fn(*const CERT_CONTEXT, u32, u32, *const c_void, *mut u16, u32) -> u32;
type VerifyPolicy = unsafe extern "system" fn(
    *const u8,
    *const CERT_CHAIN_CONTEXT,
    *const CERT_CHAIN_POLICY_PARA,
    *mut CERT_CHAIN_POLICY_STATUS,
) -> i32;
type AcquireContext = unsafe extern "system" fn(*mut isize, *const GUID, u32) -> i32;
type AcquireContext2 =
    unsafe extern "system" fn(*mut isize, *const GUID, *const u16, *const c_void, u32) -> i32;
type ReleaseContext = unsafe extern "system" fn(isize, u32) -> i32;
type HashOfFile = unsafe extern "system" fn(HANDLE, *mut u32, *mut u8, u32) -> i32;
type HashOfFile2 = unsafe extern "system" fn(isize, HANDLE, *mut u32, *mut u8, u32) -> i32;
type CatalogOfHash = unsafe extern "system" fn(isize, *const u8, u32, u32, *mut isize) -> isize;
type CatalogInfo = unsafe extern "system" fn(isize, *mut CATALOG_INFO, u32) -> i32;
type ReleaseCatalog = unsafe extern "system" fn(isize, isize, u32) -> i32;

/// `WINTRUST_ACTION_GENERIC_VERIFY_V2`.
const GENERIC_VERIFY: GUID = GUID::from_u128(0x00aa_c56b_cd44_11d0_8cc2_00c0_4fc2_95ee);
/// `TRUST_E_NOSIGNATURE`, `TRUST_E_SUBJECT_FORM_UNKNOWN`, `TRUST_E_PROVIDER_UNKNOWN`: there is none in the file.
const NO_SIGNATURE: [u32; 3] = [0x800B_0100, 0x800B_0003, 0x800B_0001];
/// `CERT_NAME_SIMPLE_DISPLAY_TYPE`.
const DISPLAY_NAME: u32 = 4;
/// `CERT_CHAIN_POLICY_MICROSOFT_ROOT`, a number in place of a text.
const MICROSOFT_ROOT: usize = 7;
/// The longest hash of a file.
const HASH_BYTES: usize = 64;

/// What Windows says of the signature of a file.
pub(crate) fn read(path: &str) -> Outcome<Signature> {
    let opened = open_file(path, FILE_GENERIC_READ.0)?;
    let library = Library::system("wintrust.dll")?;
    let handle = opened.handle();
    let name = wide(&extended(path)?)?;
    let mut file = WINTRUST_FILE_INFO {
        cbStruct: size_u32::<WINTRUST_FILE_INFO>(),
        pcwszFilePath: PCWSTR(name.as_ptr()),
        hFile: handle,
        pgKnownSubject: null_mut(),
    };
    let own = verify(library, WTD_CHOICE_FILE.0, WINTRUST_DATA_0 { pFile: &raw mut file })?;
    if own != Signature::Unsigned {
        return Ok(own);
    }
    // Windows 8 and later know hashes of more kinds than SHA-1, and only by the newer calls.
    for algorithm in [Some("SHA256"), None] {
        match in_catalogue(library, path, handle, algorithm) {
            Ok(Some(signature)) => return Ok(signature),
            Ok(None) | Err(machine::Fault::Unsupported) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Signature::Unsigned)
}

/// What the catalogue says in which the file's hash is listed; `None` where none lists it.
fn in_catalogue(
    library: Library,
    path: &str,
    file: HANDLE,
    algorithm: Option<&str>,
) -> Outcome<Option<Signature>> {
    let release = function!(library, "CryptCATAdminReleaseContext" as ReleaseContext);
    let find = function!(library, "CryptCATAdminEnumCatalogFromHash" as CatalogOfHash);
    let info = function!(library, "CryptCATCatalogInfoFromContext" as CatalogInfo);
    let release_catalog = function!(library, "CryptCATAdminReleaseCatalogContext" as ReleaseCatalog);
    let mut admin = 0_isize;
    let mut hash = [0_u8; HASH_BYTES];
    let mut length = 64_u32;
    let hashed = if let Some(algorithm) = algorithm {
        let acquire = function!(library, "CryptCATAdminAcquireContext2" as AcquireContext2);
        let hash_of = function!(library, "CryptCATAdminCalcHashFromFileHandle2" as HashOfFile2);
        let algorithm = wide(algorithm)?;
        // SAFETY: there is room for the handle; the name of the algorithm is NUL-terminated; the buffer is given with its length.
        unsafe {
            acquire(&raw mut admin, std::ptr::null(), algorithm.as_ptr(), std::ptr::null(), 0) != 0
                && hash_of(admin, file, &raw mut length, hash.as_mut_ptr(), 0) != 0
        }
    } else {
        let acquire = function!(library, "CryptCATAdminAcquireContext" as AcquireContext);
        let hash_of = function!(library, "CryptCATAdminCalcHashFromFileHandle" as HashOfFile);
        // SAFETY: as above.
        unsafe {
            acquire(&raw mut admin, std::ptr::null(), 0) != 0
                && hash_of(file, &raw mut length, hash.as_mut_ptr(), 0) != 0
        }
    };
    let mut signature = Ok(None);
    if hashed {
        // SAFETY: the hash has the length that was told; no earlier catalogue is given.
        let catalogue = unsafe { find(admin, hash.as_ptr(), length, 0, null_mut()) };
        if catalogue != 0 {
            let mut found = CATALOG_INFO { cbStruct: size_u32::<CATALOG_INFO>(), ..CATALOG_INFO::default() };
            // SAFETY: the structure says how large it is.
            if unsafe { info(catalogue, &raw mut found, 0) } != 0 {
                let hash = hash.get_mut(..length as usize).unwrap_or_default();
                signature = by_catalogue(library, path, file, (admin, &found), hash).map(Some);
            }
            // SAFETY: both handles are open, and released once.
            unsafe { release_catalog(admin, catalogue, 0) };
        }
    }
    if admin != 0 {
        // SAFETY: the handle is open, and released once.
        unsafe { release(admin, 0) };
    }
    signature
}

fn by_catalogue(
    library: Library,
    path: &str,
    file: HANDLE,
    (admin, catalogue): (isize, &CATALOG_INFO),
    hash: &mut [u8],
) -> Outcome<Signature> {
    let name = wide(&extended(path)?)?;
    let digits = |byte: &u8| [byte >> 4, byte & 0xF].map(|digit| b"0123456789ABCDEF"[usize::from(digit)]);
    let tag: Vec<u16> = hash.iter().flat_map(digits).map(u16::from).chain([0]).collect();
    let mut member = WINTRUST_CATALOG_INFO {
        cbStruct: size_u32::<WINTRUST_CATALOG_INFO>(),
        pcwszCatalogFilePath: PCWSTR(catalogue.wszCatalogFile.as_ptr()),
        pcwszMemberTag: PCWSTR(tag.as_ptr()),
        pcwszMemberFilePath: PCWSTR(name.as_ptr()),
        hMemberFile: file,
        pbCalculatedFileHash: hash.as_mut_ptr(),
        cbCalculatedFileHash: u32::try_from(hash.len()).unwrap_or_default(),
        hCatAdmin: admin,
        ..WINTRUST_CATALOG_INFO::default()
    };
    verify(library, WTD_CHOICE_CATALOG.0, WINTRUST_DATA_0 { pCatalog: &raw mut member })
}

/// Has Windows judge; `what` is of the kind that `choice` names, and its texts outlive the call.
fn verify(library: Library, choice: u32, what: WINTRUST_DATA_0) -> Outcome<Signature> {
    let trust = function!(library, "WinVerifyTrust" as VerifyTrust);
    let mut data = WINTRUST_DATA {
        cbStruct: size_u32::<WINTRUST_DATA>(),
        dwUIChoice: WTD_UI_NONE,
        fdwRevocationChecks: WTD_REVOKE_NONE,
        dwUnionChoice: windows::Win32::Security::WinTrust::WINTRUST_DATA_UNION_CHOICE(choice),
        Anonymous: what,
        dwStateAction: WTD_STATEACTION_VERIFY,
        dwProvFlags: WTD_CACHE_ONLY_URL_RETRIEVAL,
        ..WINTRUST_DATA::default()
    };
    // SAFETY: the structure says how large it is, and everything that it points to outlives the call.
    let code = unsafe { trust(HWND(null_mut()), &GENERIC_VERIFY, &raw mut data) }.cast_unsigned();
    let signature = match code {
        0 => {
            signer(library, data.hWVTStateData).map(|(signer, windows)| Signature::Valid { signer, windows })
        }
        code if NO_SIGNATURE.contains(&code) => Ok(Signature::Unsigned),
        code => {
            let error = windows::core::Error::from_hresult(windows::core::HRESULT(code.cast_signed()));
            Ok(match from_error(&error) {
                // A computer without the services that judge says nothing of the file.
                machine::Fault::Unsupported => return Err(machine::Fault::Unsupported),
                _ => Signature::Invalid { reason: format!("{} (0x{code:08X})", error.message()) },
            })
        }
    };
    data.dwStateAction = WTD_STATEACTION_CLOSE;
    // SAFETY: as above; this frees what the first call kept.
    unsafe { trust(HWND(null_mut()), &GENERIC_VERIFY, &raw mut data) };
    signature
}

/// Who signed, and whether the chain ends in Microsoft's root and the signer is Windows.
fn signer(library: Library, state: HANDLE) -> Outcome<(String, bool)> {
    let cryptography = Library::system("crypt32.dll")?;
    let data_of = function!(library, "WTHelperProvDataFromStateData" as DataOfState);
    let signer_of = function!(library, "WTHelperGetProvSignerFromChain" as SignerOfChain);
    let cert_of = function!(library, "WTHelperGetProvCertFromChain" as CertOfChain);
    let name_of = function!(cryptography, "CertGetNameStringW" as NameOfCert);
    let policy = function!(cryptography, "CertVerifyCertificateChainPolicy" as VerifyPolicy);
    let mut name = [0_u16; 512];
    // SAFETY: the state is that of a check that succeeded and was not closed yet; each address is checked before it is followed, and the
    // buffer is given with its length.
    let is_microsoft = unsafe {
        let data = data_of(state);
        let signer = if data.is_null() { null_mut() } else { signer_of(data, 0, 0, 0) };
        let cert = if signer.is_null() { null_mut() } else { cert_of(signer, 0) };
        if cert.is_null() {
            return Ok((String::new(), false));
        }
        name_of((*cert).pCert, DISPLAY_NAME, 0, std::ptr::null(), name.as_mut_ptr(), 512);
        let parameters = CERT_CHAIN_POLICY_PARA {
            cbSize: size_u32::<CERT_CHAIN_POLICY_PARA>(),
            ..CERT_CHAIN_POLICY_PARA::default()
        };
        let mut status = CERT_CHAIN_POLICY_STATUS {
            cbSize: size_u32::<CERT_CHAIN_POLICY_STATUS>(),
            ..CERT_CHAIN_POLICY_STATUS::default()
        };
        let chain = (*signer).pChainContext;
        !chain.is_null()
            && policy(
                std::ptr::without_provenance(MICROSOFT_ROOT),
                chain,
                &raw const parameters,
                &raw mut status,
            ) != 0
            && status.dwError == 0
    };
    let name = narrow(&name);
    let is_windows = is_microsoft && name.starts_with("Microsoft Windows");
    Ok((name, is_windows))
}

fn size_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}

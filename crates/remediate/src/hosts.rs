//! The hosts file: lines of an address and names, `#` begins a comment.

use machine::{
    Error, Facts, Fault, HOSTS_FOLDER, Key, PARAMETERS_OF_TCPIP, RegistryData, Result, hosts_folder,
};

/// The largest hosts file that is changed, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// The kind of setting that is a line of the hosts file.
pub(crate) const KIND: &str = "hosts-entry";

/// Where the file is.
pub(crate) fn path(facts: &Facts) -> String {
    format!(r"{}\System32\drivers\etc\hosts", facts.windows.trim_end_matches('\\'))
}

/// The name of a target: an address and a name, as a line has them. One name may be given several addresses, and only one of them be bad.
pub(crate) fn target(address: &str, name: &str) -> String {
    format!("{address} {name}")
}

/// Address and name of a target; `None` where it is no such pair.
pub(crate) fn parts(target: &str) -> Option<(&str, &str)> {
    let (address, name) = target.split_once(' ')?;
    let is_word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '#');
    (is_word(address) && is_word(name)).then_some((address, name))
}

/// The address of the target, where a line gives it the name.
pub(crate) fn address_of(bytes: &[u8], target: &str) -> Option<String> {
    let pair = parts(target)?;
    lines(bytes).any(|line| gives(line, pair)).then(|| pair.0.to_owned())
}

/// The file without this pair: lines that give nothing else go, others with the address lose the name; every other byte stays.
pub(crate) fn without(bytes: &[u8], target: &str) -> Vec<u8> {
    let Some(pair) = parts(target) else { return bytes.to_vec() };
    let is_name = |word: &[u8]| word.eq_ignore_ascii_case(pair.1.as_bytes());
    let mut kept = Vec::with_capacity(bytes.len());
    for line in lines(bytes) {
        if !gives(line, pair) {
            kept.extend_from_slice(line);
        } else if entry(line).is_some_and(|(_, mut names)| names.any(|word| !is_name(word))) {
            without_names(line, is_name, &mut kept);
        }
    }
    kept
}

/// The file with the lines of the other that give this pair at its end, each without what else it gives.
pub(crate) fn with_lines_of(bytes: &[u8], other: &[u8], target: &str) -> Vec<u8> {
    let mut with = bytes.to_vec();
    let Some(pair) = parts(target) else { return with };
    for line in lines(other).filter(|line| gives(line, pair)) {
        if with.last().is_some_and(|byte| *byte != b'\n') {
            with.extend_from_slice(b"\r\n");
        }
        without_names(line, |word| !word.eq_ignore_ascii_case(pair.1.as_bytes()), &mut with);
    }
    with
}

/// Whether a line gives the address the name.
fn gives(line: &[u8], (address, name): (&str, &str)) -> bool {
    entry(line).is_some_and(|(own, mut names)| {
        own.eq_ignore_ascii_case(address.as_bytes())
            && names.any(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    })
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The address and the names of a line; `None` where it is blank or a comment.
fn entry(line: &[u8]) -> Option<(&[u8], impl Iterator<Item = &[u8]> + Clone)> {
    let content = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let mut words = words(content);
    let address = words.next()?;
    Some((address, words))
}

/// Copies the line without the names that are to go, and without the blanks before them. Address and comment are copied as they are.
fn without_names(line: &[u8], gone: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
    let end = line.iter().position(|byte| *byte == b'#').unwrap_or(line.len());
    let (content, comment) = line.split_at(end);
    let mut rest = content;
    let mut is_address = true;
    while !rest.is_empty() {
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let word = rest.iter().skip(blanks).take_while(|byte| !byte.is_ascii_whitespace()).count();
        let (piece, after) = rest.split_at(blanks + word);
        let (_, text) = piece.split_at(blanks);
        if text.is_empty() || is_address || !gone(text) {
            out.extend_from_slice(piece);
        }
        is_address = false;
        rest = after;
    }
    out.extend_from_slice(comment);
}

/// The file as it is now. Where Windows is told to read another, nothing is said of this one: a line in it has no effect.
pub(crate) fn read(
    machine: &dyn machine::Machine,
    facts: &Facts,
) -> Result<Option<(machine::FileState, Vec<u8>)>> {
    let path = path(facts);
    let parameters = machine.registry_key(&Key::new(PARAMETERS_OF_TCPIP))?.unwrap_or_default();
    let stored = parameters.value(HOSTS_FOLDER).and_then(RegistryData::text);
    let folder = hosts_folder(stored.as_deref(), &facts.windows);
    let is_usual = folder.is_some_and(|folder| path.eq_ignore_ascii_case(&format!(r"{folder}\hosts")));
    if !is_usual {
        let text = "Windows reads another hosts file; set the value `DataBasePath` back first".to_owned();
        return Err(Error::new("read the hosts file", path, Fault::Other { code: 0, text }));
    }
    match machine.file(&path)? {
        Some(state) => Ok(Some((state, machine.read_file(&path, MAX_BYTES)?))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"# a comment with bad.example\r\n127.0.0.1 localhost\r\n1.2.3.4\tbad.example\r\n1.2.3.4  good bad.example other # bad.example\r\n192.0.2.1 bad.example\r\nend";
    const BAD: &str = "1.2.3.4 bad.example";

    #[test]
    fn names_are_found_outside_comments() {
        assert_eq!(address_of(FILE, "1.2.3.4 BAD.example").as_deref(), Some("1.2.3.4"));
        assert_eq!(address_of(FILE, "# a"), None);
        assert_eq!(address_of(FILE, "1.2.3.4 localhost"), None, "the address of another line");
        assert_eq!(address_of(FILE, "bad.example"), None, "no pair");
    }

    #[test]
    fn a_file_that_windows_does_not_read_says_nothing() {
        let mut state = machine::memory::State::default();
        state.facts.windows = r"C:\Windows".into();
        state.add_file(r"C:\Windows\System32\drivers\etc\hosts", FILE);
        let read = |state: &machine::memory::State| {
            let machine = machine::memory::Memory::new(state.clone());
            read(&machine, &state.facts).map(|found| found.map(|(_, bytes)| bytes))
        };
        assert_eq!(read(&state).unwrap().as_deref(), Some(FILE));
        for (path, is_usual) in
            [(r"%SystemRoot%\System32\drivers\etc", true), (r"C:\ProgramData\x", false), (r"%TEMP%", false)]
        {
            let data = RegistryData::string(path);
            state.add_registry_value(PARAMETERS_OF_TCPIP, HOSTS_FOLDER, data);
            assert_eq!(read(&state).is_ok(), is_usual, "{path}");
        }
    }

    #[test]
    fn a_pair_goes_and_every_other_byte_stays() {
        let kept = String::from_utf8(without(FILE, BAD)).unwrap();
        assert_eq!(
            kept,
            "# a comment with bad.example\r\n127.0.0.1 localhost\r\n1.2.3.4  good other # bad.example\r\n192.0.2.1 bad.example\r\nend"
        );
        assert_eq!(without(FILE, "1.2.3.4 absent"), FILE);
        assert_eq!(without(FILE, "bad.example"), FILE);
    }

    #[test]
    fn what_is_put_back_gives_the_pair_and_no_other_name_twice() {
        let back = String::from_utf8(with_lines_of(b"192.0.2.7 mine", FILE, BAD)).unwrap();
        assert_eq!(back, "192.0.2.7 mine\r\n1.2.3.4\tbad.example\r\n1.2.3.4 bad.example # bad.example\r\n");
    }

    proptest::proptest! {
        #[test]
        fn removing_never_panics_and_is_done_once(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), text in "[a-c#]{1,3} [a-c#]{1,3}") {
            let once = without(&bytes, &text);
            proptest::prop_assert_eq!(address_of(&once, &text), None);
            proptest::prop_assert_eq!(&without(&once, &text), &once);
        }
    }
}

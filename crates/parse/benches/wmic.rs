//! How fast the listings of `wmic` are read: the figure is bytes of the stored file in a second, on one core.

use deminer_parse::text::Text;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use std::fmt::Write as _;

fn main() {
    divan::main();
}

/// About this many bytes of text, before they are encoded.
const LENGTH: usize = 8 << 20;

const SID: &str = "{1,5,0,0,0,0,0,5,21,0,0,0,57,48,230,131,165,36,201,162,190,115,222,130,232,3,0,0}";

/// A listing as `wmic` writes it, of the classes that real machines have, until it is long enough.
fn listing(record: fn(&mut String, usize)) -> String {
    let mut text = String::with_capacity(LENGTH + 4096);
    for number in 0.. {
        if text.len() >= LENGTH {
            break;
        }
        text.push('\n');
        text.push('\n');
        record(&mut text, number);
    }
    text.push_str("\n\n");
    text.replace('\n', "\r\r\n")
}

fn consumer(text: &mut String, number: usize) {
    let _ = match number % 3 {
        0 => write!(
            text,
            "Category=0\nCreatorSID={SID}\nEventID=0\nEventType=1\nInsertionStringTemplates={{\"\"}}\nMachineName=\n\
             MaximumQueueSize=\nName=SCM Event Log Consumer {number}\nNameOfRawDataProperty=\nNameOfUserSIDProperty=sid\n\
             NumberOfInsertionStrings=0\nSourceName=Service Control Manager\nUNCServerName=\n"
        ),
        1 => write!(
            text,
            "CommandLineTemplate=powershell.exe -NoProfile -File \"C:\\Program Files\\Inventory\\collect.ps1\" -Id {number}\n\
             CreateNewConsole=FALSE\nCreateNewProcessGroup=FALSE\nCreateSeparateWowVdm=FALSE\nCreateSharedWowVdm=FALSE\n\
             CreatorSID={SID}\nDesktopName=\nExecutablePath=C:\\Windows\\System32\\powershell.exe\nFillAttribute=\n\
             ForceOffFeedback=FALSE\nForceOnFeedback=FALSE\nKillTimeout=0\nMachineName=\nMaximumQueueSize=\n\
             Name=Inventory {number}\nPriority=32\nRunInteractively=FALSE\nShowWindowCommand=\nUseDefaultErrorMode=FALSE\n\
             WindowTitle=\nWorkingDirectory=\nXCoordinate=\nXNumCharacters=\nXSize=\nYCoordinate=\nYNumCharacters=\nYSize=\n"
        ),
        _ => write!(
            text,
            "CreatorSID={SID}\nKillTimeout=45\nMachineName=\nMaximumQueueSize=\nName=Script {number}\nScriptFilename=\n\
             ScriptingEngine=VBScript\nScriptText=Dim locator, services, found\n\
             Set locator = CreateObject(\"WbemScripting.SWbemLocator\")\nSet services = locator.ConnectServer(, \"root\\cimv2\")\n\
             x=1\n\nFor Each found In services.InstancesOf(\"Win32_Process\")\n  found.Refresh_\nNext\n"
        ),
    };
}

fn filter(text: &mut String, number: usize) {
    let _ = write!(
        text,
        "CreatorSID={SID}\nEventAccess=\nEventNamespace=root\\cimv2\nName=Power Plan Filter {number}\n\
         Query=SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_PowerPlan'\n\
         QueryLanguage=WQL\n"
    );
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn parse_list(bencher: Bencher<'_, '_>, bytes: &[u8]) {
    bencher
        .counter(BytesCount::of_slice(bytes))
        .bench(|| deminer_parse::wmic::parse_list(&Text::decode(black_box(bytes))));
}

#[divan::bench]
fn decode_utf16(bencher: Bencher<'_, '_>) {
    let bytes = utf16(&listing(consumer));
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| Text::decode(black_box(&bytes)).as_str().len());
}

#[divan::bench]
fn consumers_utf16(bencher: Bencher<'_, '_>) {
    parse_list(bencher, &utf16(&listing(consumer)));
}

#[divan::bench]
fn filters_utf16(bencher: Bencher<'_, '_>) {
    parse_list(bencher, &utf16(&listing(filter)));
}

#[divan::bench]
fn consumers_utf8(bencher: Bencher<'_, '_>) {
    parse_list(bencher, listing(consumer).as_bytes());
}

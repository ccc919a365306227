//! What a plain command line costs, and what hostile input may cost at most.

fn main() {
    divan::main();
}

/// The everyday case: thousands of these are looked at in every check.
#[divan::bench]
fn plain_command_line() -> deminer_deobfuscate::Decoded {
    let line = divan::black_box(
        r#""C:\Program Files\Vendor\Agent\updater.exe" --service --config "C:\ProgramData\Vendor\agent.xml" --log-level warn --interval 3600"#,
    );
    deminer_deobfuscate::decode(
        line,
        Some(deminer_deobfuscate::Language::CommandLine),
        &deminer_deobfuscate::Limits::default(),
    )
}

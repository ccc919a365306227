//! The data files that the program carries, compressed.

use std::sync::LazyLock;

/// The files by their path below `data`, and their text.
pub(crate) static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| packed::unpack(BLOB));

/// What the build script packed.
const BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.bin"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let names: Vec<_> = FILES.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"baselines/windows.toml"), "{names:?}");
        assert!(names.iter().any(|name| name.starts_with("families/")), "{names:?}");
        assert!(names.is_sorted());
    }

    #[test]
    fn indicators_cannot_be_read_in_the_program() {
        let plain =
            |needle: &str| BLOB.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle.as_bytes()));
        for needle in
            ["systemcore_Updater", "fuckyoumm2", "PerfOS_System", "schtasks", "stratum", "xmrig", "blackball"]
        {
            assert!(!plain(needle), "{needle}");
        }
    }
}

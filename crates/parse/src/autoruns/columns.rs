//! The columns of Autoruns and the names under which they appear.

/// A column of a table, or an element of the XML export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Time,
    Location,
    Name,
    Enabled,
    Category,
    Profile,
    Description,
    Signer,
    Company,
    ImagePath,
    LaunchString,
    /// A hash of the file, by its algorithm.
    Hash(&'static str),
    /// Anything else, under its own name.
    Other(String),
}

impl Column {
    /// The column of this name. Tables say `Image Path` and `SHA-256`, the XML says `imagepath` and `SHA256hash`.
    pub(super) fn of(name: &str) -> Self {
        let name = name.trim().trim_matches('"').trim_start_matches('\u{FEFF}');
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "time" => Self::Time,
            "entrylocation" | "location" => Self::Location,
            "entry" | "itemname" => Self::Name,
            "enabled" => Self::Enabled,
            "category" => Self::Category,
            "profile" => Self::Profile,
            "description" => Self::Description,
            "signer" => Self::Signer,
            "company" | "publisher" => Self::Company,
            "imagepath" => Self::ImagePath,
            "launchstring" => Self::LaunchString,
            "md5" | "md5hash" => Self::Hash("md5"),
            "sha1" | "sha1hash" => Self::Hash("sha1"),
            "sha256" | "sha256hash" => Self::Hash("sha256"),
            "pesha1" | "pesha1hash" => Self::Hash("pesha1"),
            "pesha256" | "pesha256hash" => Self::Hash("pesha256"),
            "imp" | "imphash" => Self::Hash("imphash"),
            _ => Self::Other(name.to_owned()),
        }
    }
}

/// The separator of a line that names the columns of an Autoruns table; `None` for any other line.
pub(crate) fn header_separator(line: &str) -> Option<u8> {
    if line.len() > 4096 {
        return None;
    }
    [b'\t', b','].into_iter().find(|separator| {
        let columns: Vec<_> = line.split(char::from(*separator)).map(Column::of).collect();
        let has = |column: &Column| columns.contains(column);
        has(&Column::Location)
            && (has(&Column::Name) || has(&Column::ImagePath))
            && columns.iter().filter(|column| !matches!(column, Column::Other(_))).count() >= 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_column() {
        assert_eq!(Column::of("\"Image Path\""), Column::of("imagepath"));
        assert_eq!(Column::of("SHA-256"), Column::of("SHA256hash"));
        assert_eq!(Column::of("IMP"), Column::Hash("imphash"));
        assert_eq!(Column::of("VT detection"), Column::Other("VT detection".into()));
    }

    #[test]
    fn a_header_names_a_location_and_more() {
        assert_eq!(header_separator("Time,Entry Location,Entry,Enabled"), Some(b','));
        assert_eq!(
            header_separator("\"Entry Location\"\t\"Entry\"\t\"Description\"\t\"Publisher\""),
            Some(b'\t')
        );
        assert_eq!(header_separator("Time,Location,What"), None);
    }
}

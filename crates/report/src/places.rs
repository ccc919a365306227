//! Short texts that several formats share: where something was read, what a script names, which system a host has.

use crate::catalogue::Catalogue;
use crate::sanitize::visible;
use crate::words::Word as _;
use deobfuscate::{Indicator, IndicatorKind, defang};
use detect::assessment::{Assessment, EvidenceRef};
use evidence::{Custody, Host, Message, ReadState};

/// Where something was read, on one line: file and member, then offset or record number. Made visible.
pub(crate) fn place(catalogue: &Catalogue, evidence: &EvidenceRef) -> String {
    let source = match &evidence.member {
        Some(member) => format!("{}!{member}", evidence.source),
        None => evidence.source.clone(),
    };
    let mut text = with_offset(catalogue, &source, evidence.offset);
    if let Some(record) = evidence.record {
        text.push_str(" · ");
        text.push_str(&catalogue.line(&Message::new("place-record").with("record", record)));
    }
    text
}

/// A source and, where one is known, the offset in it. Made visible.
pub(crate) fn with_offset(catalogue: &Catalogue, source: &str, offset: Option<u64>) -> String {
    let offset = offset.map(|offset| catalogue.line(&Message::new("place-offset").with("offset", offset)));
    let source = (!source.is_empty()).then(|| visible(source).into_owned());
    source.into_iter().chain(offset).collect::<Vec<_>>().join(" · ")
}

/// An indicator that no reader's program turns into a link. Made visible.
pub fn indicator(indicator: &Indicator) -> String {
    let address = matches!(
        indicator.kind,
        IndicatorKind::Url
            | IndicatorKind::Domain
            | IndicatorKind::Ipv4
            | IndicatorKind::Ipv6
            | IndicatorKind::Endpoint
            | IndicatorKind::Pool
    );
    let value = visible(&indicator.value);
    if address { defang(&value) } else { value.into_owned() }
}

/// The system of a host: product, version and update build revision as far as they are known. Made visible.
pub(crate) fn system(host: &Host) -> Option<String> {
    let os = host.os.as_ref()?;
    let mut version = os.version.clone().unwrap_or_default();
    if let Some(ubr) = os.ubr {
        version.push('.');
        version.push_str(&ubr.to_string());
    }
    let parts: Vec<_> = os.product.iter().map(String::as_str).chain([version.as_str()]).collect();
    let text = parts.join(" ");
    let text = text.trim();
    (!text.is_empty()).then(|| visible(text).into_owned())
}

/// The areas that were read completely or in part, in words; `None` where there are none.
pub(crate) fn areas_read(
    catalogue: &Catalogue,
    assessment: &Assessment,
    wanted: ReadState,
) -> Option<String> {
    let read = assessment.coverage.iter().filter(|(_, state)| *state == wanted);
    let text = catalogue.list(read.map(|(area, _)| area.word(catalogue)));
    (!text.is_empty()).then_some(text)
}

/// What the verdict means, in one sentence. Nothing is called clean without saying what was read.
pub(crate) fn meaning(catalogue: &Catalogue, assessment: &Assessment) -> String {
    let areas = areas_read(catalogue, assessment, ReadState::Complete);
    let areas = areas.unwrap_or_else(|| catalogue.word_for("nothing-read"));
    let id = format!("verdict-meaning-{}", assessment.verdict.name());
    catalogue.line(&Message::new(&id).with("areas", areas))
}

/// Areas that were not read, or not completely, with one way to get them all.
pub(crate) struct Remedy<'a> {
    /// The areas, in words.
    pub(crate) areas: Vec<String>,
    /// How to get them.
    pub(crate) how: &'a Message,
    /// The same in words on one line.
    pub(crate) text: String,
}

/// The missing areas, those with the same remedy together, in the order in which they first appear.
pub(crate) fn by_remedy<'a>(catalogue: &Catalogue, assessment: &'a Assessment) -> Vec<Remedy<'a>> {
    let mut remedies: Vec<Remedy<'a>> = Vec::new();
    for missing in &assessment.missing {
        let mut area = missing.area.word(catalogue);
        if missing.partly {
            area = catalogue.line(&Message::new("partly-read").with("area", area));
        }
        let text = catalogue.line(&missing.how);
        match remedies.iter_mut().find(|known| known.text == text) {
            Some(known) => known.areas.push(area),
            None => remedies.push(Remedy { areas: vec![area], how: &missing.how, text }),
        }
    }
    remedies
}

/// The id of the sentence about the manifest.
pub(crate) fn custody_id(assessment: &Assessment) -> &'static str {
    match assessment.custody {
        Custody::Verified => "custody-verified",
        Custody::Unsealed => "custody-unsealed",
        Custody::Broken => "custody-broken",
    }
}

/// How many areas were not read, or not completely.
pub(crate) fn not_read(catalogue: &Catalogue, assessment: &Assessment) -> String {
    catalogue.line(&Message::new("areas-not-read").with("count", assessment.missing.len()))
}

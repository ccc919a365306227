//! What starts code and is not a subscription: tasks, services, drivers, Run values and the rest.
//!
//! Clean machines are full of them, so only content speaks here: what the command does, and what a family is known by.

use crate::altered::Altered;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, Recognised, recognise};
use crate::files::{self, Files};
use crate::messages as m;
use crate::places::{is_disguised, is_user_writable};
use crate::subject::{finding, finding_id};
use deobfuscate::ScriptVerdict;
use evidence::wmi::Fingerprint;
use evidence::{Message, MessageSpec};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// The field with what a script holds that lies in a file.
pub(crate) const CONTENT: &str = "Content";

/// Something that starts code, whichever source it was read from.
pub(crate) struct Launch<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// What it is, for titles.
    pub(crate) place: MessageSpec,
    /// The name for people.
    pub(crate) name: &'a str,
    /// What tells it from others of its kind, the same in every source.
    pub(crate) identity: String,
    /// The commands that it runs, each with the field that holds it.
    pub(crate) commands: Vec<(&'static str, String)>,
    /// The file that is started, where it is known apart from the command.
    pub(crate) image: Option<&'a str>,
    /// What was said of the signature of that file.
    pub(crate) signer: Option<&'a str>,
    /// A file that it names, without a signature and where programs do not normally live.
    pub(crate) loose: Option<&'a str>,
    /// What a family may know it by besides its commands.
    pub(crate) observations: Vec<Observation<'a>>,
    /// Signs that it hides, and what else is to be told of it, each with its weight as a finding.
    pub(crate) hides: Vec<(Severity, Message)>,
    /// What is told beside a sign and is none by itself.
    pub(crate) supports: Vec<Message>,
    /// How it differs from a clean machine, where it stands in the place of something of Windows.
    pub(crate) altered: Option<Altered>,
    /// Every field under its Windows name.
    pub(crate) subject: Map<String, Json>,
}

impl<'a> Launch<'a> {
    /// Adds what is known of the files that are started.
    pub(crate) fn know(&mut self, files: &Files<'a>) {
        let commands = self.commands.iter().map(|(_, command)| command.as_str());
        let started: Vec<_> =
            self.image.into_iter().chain(commands).flat_map(|c| files.started_by(c)).collect();
        for file in started {
            self.observations.extend(files::observations(file));
            // A signature that nobody verified is no reason for trust, and none for doubt.
            let unsigned = file.signer.as_deref().filter(|signer| *signer == "(Not signed)");
            if unsigned.is_some() && is_user_writable(&file.path) {
                self.loose = self.loose.or(Some(&file.path));
            }
            self.signer = self.signer.or(unsigned);
        }
    }
    /// A finding, where the launch is worth one. Its evidence is left to the caller.
    pub(crate) fn judge(self, intel: &Intel) -> Option<Finding> {
        let mut content = Content::default();
        for (field, command) in &self.commands {
            if *field == CONTENT {
                content.add_file(field, command);
            } else {
                content.add(field, command, None);
            }
        }
        let mut observations = self.observations.clone();
        observations.extend(content.observations());
        let family = recognise(intel, &observations);
        drop(observations);

        let mut reasons: Vec<Message> = self.hides.iter().map(|(_, reason)| reason.clone()).collect();
        reasons.extend(self.altered.iter().map(|altered| altered.reason.clone()));
        let (severity, confidence, action) = self.weigh(&content, family.as_ref(), &mut reasons)?;
        let mut finding = finding(
            self.kind,
            self.name,
            m::TITLE_AUTOSTART.with([self.place.plain().into(), self.name.into()]),
        );
        (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
        let commands = self.commands.iter().map(|(_, command)| command.trim());
        finding.id = finding_id(self.kind, &[&self.identity], &Fingerprint::of_lines(commands).to_string());
        reasons.append(&mut content.reasons);
        if let Some(family) = family {
            reasons.extend(family.reasons);
            finding.family = Some(family.family);
        }
        reasons.extend(self.supports);
        finding.reasons = reasons;
        let altered = self.altered.map(|altered| altered.attack);
        let attack: BTreeSet<_> = content.attack.into_iter().chain(altered).collect();
        finding.attack = attack.into_iter().collect();
        finding.subject = self.subject;
        finding.decoded = content.scripts;
        Some(finding)
    }

    /// What stands in the place of something of Windows weighs by that as well; the stock value is put back, not removed.
    fn weigh(
        &self,
        content: &Content,
        family: Option<&Recognised>,
        reasons: &mut Vec<Message>,
    ) -> Option<(Severity, Confidence, Action)> {
        let by_content = self.weigh_content(content, family, reasons);
        let Some(altered) = &self.altered else { return by_content };
        let own = (altered.severity, altered.confidence, altered.action);
        match by_content {
            Some((severity, confidence, Action::Remove)) => {
                let action = if altered.restores { Action::Restore } else { Action::Remove };
                Some((severity.min(own.0), confidence.min(own.1), action))
            }
            Some((severity @ (Severity::Critical | Severity::High), confidence, _)) if altered.restores => {
                Some((severity, confidence.min(own.1), Action::Restore))
            }
            Some((severity, confidence, _)) if severity < own.0 => Some((severity, confidence, own.2)),
            _ => Some(own),
        }
    }

    fn weigh_content(
        &self,
        content: &Content,
        family: Option<&Recognised>,
        reasons: &mut Vec<Message>,
    ) -> Option<(Severity, Confidence, Action)> {
        let verified = self.signer.is_some_and(|signer| signer.starts_with("(Verified)"));
        let starts = self.image.into_iter().chain(self.commands.iter().map(|(_, command)| command.as_str()));
        let disguised =
            if verified { None } else { starts.into_iter().find(|command| is_disguised(command)) };
        if let Some(command) = disguised {
            reasons.push(m::REASON_DISGUISED.with([command.into()]));
        }
        match (content.verdict, family) {
            (Some(ScriptVerdict::Miner), None)
                if content.telling.is_empty() && !content.habits && disguised.is_none() =>
            {
                reasons.push(m::REASON_VOLUNTARY_MINER.plain());
                return Some((Severity::Medium, Confidence::Likely, Action::AskOwner));
            }
            (_, Some(family)) if family.certain => {
                return Some((Severity::Critical, Confidence::Certain, Action::Remove));
            }
            (_, Some(family)) if family.by_content => {
                return Some((Severity::High, Confidence::Likely, Action::Remove));
            }
            (Some(ScriptVerdict::Miner | ScriptVerdict::Malicious), _) => {
                return Some((Severity::High, Confidence::Certain, Action::Remove));
            }
            _ => {}
        }
        if disguised.is_some() {
            return Some((Severity::High, Confidence::Likely, Action::Review));
        }
        // Administrators, too, start scripts at logon: one sign needs a look, two are too many.
        match content.telling.len() + usize::from(content.habits && !content.telling.is_empty()) {
            0 => {}
            1 if verified && family.is_none() => {
                return Some((Severity::Low, Confidence::Possible, Action::Review));
            }
            1 => return Some((Severity::Medium, Confidence::Likely, Action::Review)),
            _ if verified && family.is_none() => {
                return Some((Severity::Medium, Confidence::Likely, Action::Review));
            }
            _ => return Some((Severity::High, Confidence::Likely, Action::Review)),
        }
        let hides = self.hides.iter().map(|(severity, _)| *severity).min();
        if let Some(severity) = hides.filter(|severity| *severity < Severity::Info) {
            return Some((severity, Confidence::Likely, Action::Review));
        }
        if family.is_some() && !verified {
            return Some((Severity::Medium, Confidence::Possible, Action::Review));
        }
        let image = self.image.unwrap_or_default();
        let own = Some(image).filter(|image| is_user_writable(image) && self.signer.is_some());
        if let Some(path) = own.or(self.loose).filter(|_| !verified) {
            reasons.push(m::REASON_USER_WRITABLE.with([path.into()]));
            reasons.push(m::REASON_NOT_SIGNED.with([path.into()]));
            return Some((Severity::Low, Confidence::Possible, Action::Review));
        }
        if content.told_in_file && !verified {
            return Some((Severity::Low, Confidence::Possible, Action::Review));
        }
        hides.map(|severity| (severity, Confidence::Likely, Action::None))
    }
}

/// The kind of finding and the word for titles of an autostart place.
pub(crate) fn kind_of(kind: Option<evidence::AutostartKind>) -> (Kind, MessageSpec, Known) {
    use evidence::AutostartKind as Place;
    match kind {
        Some(Place::Run) => (Kind::Run, m::PLACE_RUN, Known::ServiceName),
        Some(Place::Task) => (Kind::Task, m::PLACE_TASK, Known::TaskName),
        Some(Place::Service) => (Kind::Service, m::PLACE_SERVICE, Known::ServiceName),
        Some(Place::Driver) => (Kind::Driver, m::PLACE_DRIVER, Known::ServiceName),
        Some(Place::Wmi | Place::Other) | None => (Kind::Autostart, m::PLACE_OTHER, Known::ServiceName),
    }
}

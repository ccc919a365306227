//! Finding families: exact names in a map, pieces of text through one automaton, patterns with holes one by one.

use super::{Family, FamilyIndicator, IndicatorKind, normal};
use crate::Pattern;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeMap, HashMap};

/// Something that was seen on a host: what it is, and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation<'a> {
    /// What it is.
    pub kind: IndicatorKind,
    /// Its text.
    pub text: &'a str,
}

impl<'a> Observation<'a> {
    /// An observation.
    pub const fn new(kind: IndicatorKind, text: &'a str) -> Self {
        Self { kind, text }
    }
}

/// A family of which something was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyMatch<'a> {
    /// The family's name.
    pub family: &'a str,
    /// The sum of the weights of what matched, each counted once, and of the combos.
    pub score: u32,
    /// What matched, in the order of the family's file.
    pub indicators: Vec<MatchedIndicator<'a>>,
    /// Whether content alone reaches half of the family's threshold: names, and single signs that others may share, never give more than a
    /// possibility.
    pub content: bool,
    /// Whether there is content, and content and names together reach the family's threshold; names count for half of it at most.
    pub certain: bool,
}

/// An indicator that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchedIndicator<'a> {
    /// The indicator.
    pub indicator: &'a FamilyIndicator,
    /// The place of the first observation that it matched, in the list that was given.
    pub observation: usize,
}

/// The shortest piece of text that is worth searching for.
pub(super) const SHORTEST_LITERAL: usize = 4;

/// What less than this is worth is no match: it would be a port, or a name that others use as well.
const LEAST_SCORE: u32 = 2;

/// Family and indicator by their places.
type Place = (usize, usize);

/// What all families look for, ready for search.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    exact: HashMap<(IndicatorKind, String), Vec<Place>>,
    holes: BTreeMap<IndicatorKind, Vec<(Pattern, Place)>>,
    /// Finds the longest literals of `searched`.
    automaton: Option<AhoCorasick>,
    /// What is searched in texts, in the order of the automaton.
    searched: Vec<Searched>,
}

/// A pattern that is searched in texts.
#[derive(Debug, Clone)]
struct Searched {
    kind: IndicatorKind,
    pattern: Pattern,
    place: Place,
}

impl Index {
    pub(crate) fn new(families: &[Family]) -> Self {
        let mut exact: HashMap<_, Vec<Place>> = HashMap::new();
        let mut holes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut searched = Vec::new();
        for (f, family) in families.iter().enumerate() {
            for (i, indicator) in family.indicators.iter().enumerate() {
                let (kind, place) = (indicator.kind, (f, i));
                if kind.is_searched() {
                    let pattern = Pattern::new(normal::searched(kind, indicator.pattern.as_str()));
                    if pattern.longest_literal().len() >= SHORTEST_LITERAL {
                        searched.push(Searched { kind, pattern, place });
                    }
                }
                let written = indicator.pattern.as_str();
                let whole = if kind.is_whole() { Some(written) } else { indicator.pattern.literal() };
                if let Some(text) = whole {
                    exact.entry((kind, normal::normal(kind, text))).or_default().push(place);
                } else {
                    holes
                        .entry(kind)
                        .or_default()
                        .push((Pattern::new(&normal::normal(kind, written)), place));
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(searched.iter().map(|searched| searched.pattern.longest_literal()))
            .ok();
        Self { exact, holes, automaton, searched }
    }

    /// The families of which something was seen, the highest score first, then by name.
    pub(crate) fn find<'a>(
        &self,
        families: &'a [Family],
        observations: &[Observation<'_>],
    ) -> Vec<FamilyMatch<'a>> {
        let mut hits: BTreeMap<Place, usize> = BTreeMap::new();
        for (at, observation) in observations.iter().enumerate() {
            let mut hit = |place: Place| {
                hits.entry(place).or_insert(at);
            };
            if observation.kind == IndicatorKind::CommandText {
                self.search(observation.text, &mut hit);
                continue;
            }
            for key in normal::keys(observation.kind, observation.text) {
                for (pattern, place) in self.holes.get(&key.0).into_iter().flatten() {
                    if pattern.matches_lower(&key.1) {
                        hit(*place);
                    }
                }
                self.exact.get(&key).into_iter().flatten().copied().for_each(&mut hit);
            }
        }
        let mut by_family: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for ((family, indicator), observation) in hits {
            by_family.entry(family).or_default().push((indicator, observation));
        }
        let found = by_family.into_iter().filter_map(|(at, hits)| Some(judge(families.get(at)?, &hits)));
        let mut found: Vec<_> = found.filter(|found| found.score >= LEAST_SCORE).collect();
        found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.family.cmp(b.family)));
        found
    }

    /// Everything that is searched for in a text.
    fn search(&self, text: &str, hit: &mut impl FnMut(Place)) {
        let Some(automaton) = &self.automaton else { return };
        let mut lower = None;
        let mut done = vec![false; self.searched.len()];
        for found in automaton.find_overlapping_iter(text) {
            let at = found.pattern().as_usize();
            let (Some(done), Some(searched)) = (done.get_mut(at), self.searched.get(at)) else { continue };
            if *done {
                continue;
            }
            let is_hit = if searched.pattern.literal().is_some() {
                searched.kind == IndicatorKind::CommandText || stands_alone(searched.kind, text, found.span())
            } else {
                // Where the holes do not fit once, looking at the same text again would not help.
                *done = true;
                searched.pattern.found_in_lower(lower.get_or_insert_with(|| text.to_lowercase()))
            };
            if is_hit {
                *done = true;
                hit(searched.place);
            }
        }
    }
}

/// Whether what was found is a word of its own and not the middle of a longer one.
fn stands_alone(kind: IndicatorKind, text: &str, span: aho_corasick::Span) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let before = text.get(..span.start).and_then(|before| before.chars().next_back());
    let mut after = text.get(span.end..).unwrap_or_default().chars();
    let (next, second) = (after.next(), after.next());
    let starts_with_word = text.get(span.start..).and_then(|t| t.chars().next()).is_some_and(is_word);
    let ends_with_word = text.get(..span.end).and_then(|t| t.chars().next_back()).is_some_and(is_word);
    let joined =
        (starts_with_word && before.is_some_and(is_word)) || (ends_with_word && next.is_some_and(is_word));
    // `10.0.0.1` is neither in `110.0.0.1` nor in `10.0.0.1.2`; `b.org` is in `a.b.org`, not in `b.org.uk`.
    let dotted_on = next == Some('.') && second.is_some_and(char::is_alphanumeric);
    let dotted_before = kind == IndicatorKind::Ip && before == Some('.');
    let names_host = matches!(kind, IndicatorKind::Ip | IndicatorKind::Domain);
    !joined && !(names_host && (dotted_on || dotted_before))
}

/// What the hits of one family, indicators and observations by their places, amount to.
fn judge<'a>(family: &'a Family, hits: &[(usize, usize)]) -> FamilyMatch<'a> {
    let indicators: Vec<_> = hits
        .iter()
        .filter_map(|&(at, observation)| {
            Some(MatchedIndicator { indicator: family.indicators.get(at)?, observation })
        })
        .collect();
    let (mut of_content, mut of_names) = (0u32, 0u32);
    let mut add = |content: bool, weight: u8| {
        let sum = if content { &mut of_content } else { &mut of_names };
        *sum = sum.saturating_add(u32::from(weight));
    };
    for found in &indicators {
        add(found.indicator.is_content(), found.indicator.weight);
    }
    for combo in &family.combos {
        let member = |id: &String| indicators.iter().find(|found| found.indicator.id.as_ref() == Some(id));
        if combo.all.iter().all(|id| member(id).is_some()) {
            let content = combo.all.iter().filter_map(member).any(|found| found.indicator.is_content());
            add(content, combo.weight);
        }
    }
    let towards_certainty = of_content.saturating_add(of_names.min(family.threshold / 2));
    let content = of_content.saturating_mul(2) >= family.threshold;
    FamilyMatch {
        family: &family.name,
        score: of_content.saturating_add(of_names),
        indicators,
        content,
        certain: content && towards_certainty >= family.threshold,
    }
}

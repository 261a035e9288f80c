//! How alike two field names are.
//!
//! A name is taken as its words, whatever the way of writing them together: `dep_time` and
//! `depTime` are one name, and `departureTime` says it with a longer word. Names that share no
//! words may still differ by a slip of the pen. Whole numbers only, so that the result is the
//! same everywhere.

/// How alike two names are, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness(usize);

impl Likeness {
    /// The same words, though some may be shortened.
    pub(super) const SAME_WORDS: Self = Self(900);
    /// More alike than not: `flight` and `flightNumber` are, `dep_time` and `dep_delay` are not.
    const LIKELY: Self = Self(600);
    /// Names of the same length that differ in a quarter of their letters are other names.
    const SLIP: Self = Self(760);

    /// Whether one could be the other's new name.
    pub(super) fn is_likely(self) -> bool {
        self >= Self::LIKELY
    }
}

/// Compares two names.
pub(super) fn likeness(a: &str, b: &str) -> Likeness {
    let (a, b) = (words(a), words(b));
    let spelling = spelling(&a.concat(), &b.concat());
    let spelling = if spelling >= Likeness::SLIP { spelling } else { Likeness(0) };
    shared_words(&a, &b).max(spelling)
}

/// Splits `depTime`, `dep_time`, `DEP-TIME` and `depTime2` into lower-case words.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let camel = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        // In `HTTPServer` the last capital of a run begins the next word.
        let acronym_ends = c.is_uppercase()
            && before.is_some_and(char::is_uppercase)
            && chars.peek().is_some_and(|next| next.is_lowercase());
        let number = c.is_numeric() != before.is_some_and(char::is_numeric);
        if (camel || acronym_ends || number || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The share of words that have a partner on the other side. A word and its beginning are
/// partners too, and count a little less.
fn shared_words(a: &[String], b: &[String]) -> Likeness {
    let total = a.len() + b.len();
    if total == 0 {
        return Likeness(0);
    }
    let mut free: Vec<&String> = b.iter().collect();
    let mut score = 0;
    let mut left = Vec::new();
    for word in a {
        match free.iter().position(|other| *other == word) {
            Some(at) => {
                free.remove(at);
                score += 1000;
            }
            None => left.push(word),
        }
    }
    for word in left {
        if let Some(at) = free.iter().position(|other| shortens(word, other) || shortens(other, word)) {
            free.remove(at);
            score += 950;
        }
    }
    Likeness(2 * score / total)
}

/// Whether one word is the beginning of the other: `dep` of `departure`. Two letters say too
/// little.
fn shortens(short: &str, long: &str) -> bool {
    short.chars().count() >= 3 && long.starts_with(short)
}

/// The share of letters that two spellings have in common.
fn spelling(a: &str, b: &str) -> Likeness {
    let longest = a.chars().count().max(b.chars().count());
    if longest == 0 {
        return Likeness(0);
    }
    Likeness(1000 * (longest - edits(a, b)) / longest)
}

/// The Levenshtein distance: letters to insert, delete or replace.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let cost = (diagonal + usize::from(x != *y)).min(left + 1).min(above.saturating_add(1));
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            diagonal = above;
            left = cost;
        }
        if let Some(cell) = row.last_mut() {
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_words_however_they_are_joined() {
        for name in ["dep_time", "depTime", "DepTime", "DEP_TIME", "dep-time"] {
            assert_eq!(words(name), ["dep", "time"], "{name}");
        }
        assert_eq!(words("HTTPServer2"), ["http", "server", "2"]);
        assert_eq!(words("__"), [""; 0]);
    }

    #[test]
    fn likely_names_are_told_from_unlikely_ones() {
        let likely = [
            ("flight", "flightNumber"),
            ("dep_time", "departureTime"),
            ("tailnum", "tailNum"),
            ("adress", "address"),
            ("id", "eventId"),
        ];
        for (a, b) in likely {
            assert!(likeness(a, b).is_likely(), "{a} {b}: {:?}", likeness(a, b));
            assert_eq!(likeness(a, b), likeness(b, a), "{a} {b}");
        }
        for (a, b) in [("dep_time", "dep_delay"), ("dep_delay", "arr_delay"), ("name", "time"), ("", "a")] {
            assert!(!likeness(a, b).is_likely(), "{a} {b}: {:?}", likeness(a, b));
        }
    }

    #[test]
    fn the_same_words_are_more_alike_than_shortened_ones() {
        assert!(likeness("dep_time", "depTime") > likeness("dep_time", "departureTime"));
        assert!(likeness("dep_time", "departureTime") >= Likeness::SAME_WORDS);
        assert!(likeness("flight", "flightNumber") < Likeness::SAME_WORDS);
    }

    #[test]
    fn edits_are_counted_by_letter() {
        for (a, b, n) in
            [("", "", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("äb", "ab", 1)]
        {
            assert_eq!(edits(a, b), n, "{a} {b}");
        }
    }
}

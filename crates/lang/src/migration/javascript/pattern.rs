//! Regular expressions of ECMAScript as RE2 patterns, where both mean the same.
//!
//! Both take the leftmost match and prefer earlier alternatives and, unless told otherwise, longer
//! repetitions. What differs is spelled out or refused: look-around and references have no RE2;
//! `.` and `\s` are written as the characters that ECMAScript names; `i` is written out for ASCII
//! letters. Without the `u` flag ECMAScript matches halves of characters that are two code units;
//! [`Pattern::is_same_for_pairs`] says whether that can be seen.

/// A pattern that RE2 matches as ECMAScript does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Pattern {
    alternatives: Vec<Vec<Item>>,
    /// How many groups capture.
    pub(in super::super) groups: usize,
    /// Whether all matches are meant.
    pub(in super::super) global: bool,
    unicode: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// A character of a class; `^` classes keep their form for readers.
    Class(Class),
    Start,
    End,
    Boundary,
    NoBoundary,
    Group {
        number: Option<usize>,
        alternatives: Vec<Vec<Item>>,
    },
    Repeat {
        item: Box<Item>,
        least: u32,
        most: Option<u32>,
        greedy: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Class {
    negated: bool,
    ranges: Ranges,
}

/// Characters from the first to the last of each range.
type Ranges = Vec<(u32, u32)>;
/// What was read, or what in it has no exact RE2.
type Read<T> = Result<T, &'static str>;

const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
const WORDS: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
const SPACES: &[(u32, u32)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];
const LINE_ENDS: &[(u32, u32)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];
const LAST: u32 = 0x10_FFFF;
/// The largest count that is written out.
const MAX_COUNT: u32 = 100;

impl Pattern {
    /// Reads the source and the flags of a regular expression.
    ///
    /// # Errors
    /// What in it has no exact RE2.
    pub(in super::super) fn parse(source: &str, flags: &str) -> Result<Self, &'static str> {
        let has = |flag| flags.contains(flag);
        if flags.contains(|flag| !"gisu".contains(flag)) {
            return Err("a flag other than `g`, `i`, `s` and `u`");
        }
        if has('i') && has('u') {
            return Err("the flags `i` and `u` together");
        }
        let mut reader = Reader {
            rest: source.chars().collect::<Vec<_>>(),
            at: 0,
            groups: 0,
            ignore_case: has('i'),
            dot_all: has('s'),
            unicode: has('u'),
            depth: 0,
        };
        let alternatives = reader.alternatives()?;
        if reader.at < reader.rest.len() {
            return Err("an unmatched `)`");
        }
        Ok(Self { alternatives, groups: reader.groups, global: has('g'), unicode: has('u') })
    }

    /// The RE2 pattern, in which all groups capture, one of them, or none.
    pub(in super::super) fn re2(&self, captured: Captured) -> String {
        let mut out = String::new();
        print_all(&self.alternatives, captured, &mut out);
        out
    }

    /// Whether it can match the empty text, where the two go on differently.
    pub(in super::super) fn may_be_empty(&self) -> bool {
        any_empty(&self.alternatives)
    }

    /// Whether each group has a text in each match.
    pub(in super::super) fn groups_take_part(&self) -> bool {
        self.alternatives.len() == 1 && self.alternatives.iter().flatten().all(takes_part)
    }

    /// Whether it matches exactly one character.
    pub(in super::super) fn is_one_character(&self) -> bool {
        matches!(self.alternatives.as_slice(), [only] if matches!(only.as_slice(), [Item::Class(_)]))
    }

    /// Whether it asks for the start or the end of the text.
    pub(in super::super) fn has_anchor(&self) -> bool {
        fn anchored(item: &Item) -> bool {
            match item {
                Item::Start | Item::End => true,
                Item::Group { alternatives, .. } => alternatives.iter().flatten().any(anchored),
                Item::Repeat { item, .. } => anchored(item),
                Item::Class(_) | Item::Boundary | Item::NoBoundary => false,
            }
        }
        self.alternatives.iter().flatten().any(anchored)
    }

    /// Whether a match is the same when characters outside of the Basic Multilingual Plane are two
    /// code units, as they are without the `u` flag.
    ///
    /// That is so when such a character is matched only by repetitions without an end that stand
    /// between things that match none of its halves: these take both halves or none.
    pub(in super::super) fn is_same_for_pairs(&self) -> bool {
        if self.unicode || !self.alternatives.iter().flatten().any(is_wide) {
            return true;
        }
        let [sequence] = self.alternatives.as_slice() else { return false };
        // A group around the whole of an item changes nothing.
        let items: Vec<&Item> = sequence.iter().map(unwrapped).collect();
        items.iter().enumerate().all(|(position, item)| {
            if !is_wide(item) {
                return true;
            }
            let is_run = matches!(
                item,
                Item::Repeat { item, least: 0 | 1, most: None, greedy: true } if matches!(**item, Item::Class(_))
            );
            let stops = |other: Option<&&Item>| {
                other.is_none_or(|other| !is_wide(other) && (is_anchor(other) || !is_empty(other)))
            };
            is_run && stops(position.checked_sub(1).and_then(|before| items.get(before))) && stops(items.get(position + 1))
        })
    }
}

/// Which groups of a pattern capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Captured {
    All,
    One(usize),
    None,
}

fn unwrapped(item: &Item) -> &Item {
    match item {
        Item::Group { alternatives, .. } => match alternatives.as_slice() {
            [only] => match only.as_slice() {
                [item] => unwrapped(item),
                _ => item,
            },
            _ => item,
        },
        item => item,
    }
}

fn is_anchor(item: &Item) -> bool {
    matches!(item, Item::Start | Item::End)
}

fn is_wide(item: &Item) -> bool {
    match item {
        Item::Class(class) => class.negated || class.ranges.iter().any(|(_, last)| *last > 0xFFFF),
        Item::Start | Item::End | Item::Boundary | Item::NoBoundary => false,
        Item::Group { alternatives, .. } => alternatives.iter().flatten().any(is_wide),
        Item::Repeat { item, .. } => is_wide(item),
    }
}

fn any_empty(alternatives: &[Vec<Item>]) -> bool {
    alternatives.iter().any(|sequence| sequence.iter().all(is_empty))
}

fn is_empty(item: &Item) -> bool {
    match item {
        Item::Class(_) => false,
        Item::Start | Item::End | Item::Boundary | Item::NoBoundary => true,
        Item::Group { alternatives, .. } => any_empty(alternatives),
        Item::Repeat { item, least, .. } => *least == 0 || is_empty(item),
    }
}

fn has_group(item: &Item) -> bool {
    match item {
        Item::Group { number, alternatives } => {
            number.is_some() || alternatives.iter().flatten().any(has_group)
        }
        Item::Repeat { item, .. } => has_group(item),
        Item::Class(_) | Item::Start | Item::End | Item::Boundary | Item::NoBoundary => false,
    }
}

fn takes_part(item: &Item) -> bool {
    match item {
        Item::Group { alternatives, .. } if alternatives.len() > 1 => {
            !alternatives.iter().flatten().any(has_group)
        }
        Item::Group { alternatives, .. } => alternatives.iter().flatten().all(takes_part),
        Item::Repeat { item, .. } => !has_group(item),
        Item::Class(_) | Item::Start | Item::End | Item::Boundary | Item::NoBoundary => true,
    }
}

/// The source while it is read.
struct Reader {
    rest: Vec<char>,
    at: usize,
    groups: usize,
    ignore_case: bool,
    dot_all: bool,
    unicode: bool,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_next = text.chars().enumerate().all(|(i, c)| self.rest.get(self.at + i) == Some(&c));
        if is_next {
            self.at += text.chars().count();
        }
        is_next
    }

    fn alternatives(&mut self) -> Read<Vec<Vec<Item>>> {
        self.depth += 1;
        if self.depth > 20 {
            return Err("groups as deep as these");
        }
        let mut all = vec![Vec::new()];
        while let Some(c) = self.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.at += 1;
                    all.push(Vec::new());
                }
                _ => {
                    let item = self.item()?;
                    let item = self.repeated(item)?;
                    if let Some(sequence) = all.last_mut() {
                        sequence.push(item);
                    }
                }
            }
        }
        self.depth -= 1;
        Ok(all)
    }

    fn item(&mut self) -> Read<Item> {
        match self.next() {
            Some('^') => Ok(Item::Start),
            Some('$') => Ok(Item::End),
            Some('.') if self.dot_all => Ok(Item::Class(Class { negated: false, ranges: vec![(0, LAST)] })),
            Some('.') => Ok(Item::Class(Class { negated: true, ranges: LINE_ENDS.to_vec() })),
            Some('(') => self.group(),
            Some('[') => self.class().map(Item::Class),
            Some('\\') => self.escape(),
            Some('*' | '+' | '?' | '{' | '}' | ']') | None => Err("a repetition of nothing"),
            Some(c) => self.character(c),
        }
    }

    fn character(&mut self, c: char) -> Read<Item> {
        let code = u32::from(c);
        let is_repeated = matches!(self.peek(), Some('*' | '+' | '?' | '{'));
        if code > 0xFFFF && is_repeated && !self.unicode {
            return Err("a repeated character that is two UTF-16 code units, without the flag `u`");
        }
        Ok(Item::Class(Class { negated: false, ranges: self.folded((code, code))? }))
    }

    fn group(&mut self) -> Read<Item> {
        let number = if self.eat("?:") {
            None
        } else if self.peek() == Some('?') {
            return Err("a look-around or a named group");
        } else {
            self.groups += 1;
            Some(self.groups)
        };
        let alternatives = self.alternatives()?;
        if !self.eat(")") {
            return Err("a group without an end");
        }
        Ok(Item::Group { number, alternatives })
    }

    fn escape(&mut self) -> Read<Item> {
        match self.peek() {
            Some('b') => {
                self.at += 1;
                Ok(Item::Boundary)
            }
            Some('B') => {
                self.at += 1;
                Ok(Item::NoBoundary)
            }
            Some(c) if c.is_ascii_digit() => Err("a reference to a group"),
            _ => {
                let (negated, ranges) = self.escaped()?;
                match ranges.as_slice() {
                    [(first, last)] if first == last && !negated => match char::from_u32(*first) {
                        Some(c) => self.character(c),
                        None => Err("half of a surrogate pair"),
                    },
                    _ => Ok(Item::Class(Class { negated, ranges })),
                }
            }
        }
    }

    /// What stands behind a backslash, in a class or not.
    fn escaped(&mut self) -> Read<(bool, Ranges)> {
        let one = |code: u32| Ok((false, vec![(code, code)]));
        match self.next() {
            Some('d') => Ok((false, DIGITS.to_vec())),
            Some('D') => Ok((true, DIGITS.to_vec())),
            Some('w') => Ok((false, WORDS.to_vec())),
            Some('W') => Ok((true, WORDS.to_vec())),
            Some('s') => Ok((false, SPACES.to_vec())),
            Some('S') => Ok((true, SPACES.to_vec())),
            Some('t') => one(0x09),
            Some('n') => one(0x0A),
            Some('v') => one(0x0B),
            Some('f') => one(0x0C),
            Some('r') => one(0x0D),
            Some('x') => self.code(2).and_then(one),
            Some('u') if self.peek() != Some('{') => match self.code(4)? {
                0xD800..=0xDFFF => Err("half of a surrogate pair"),
                code => one(code),
            },
            Some(c) if c.is_ascii_punctuation() => one(u32::from(c)),
            _ => Err("this escape"),
        }
    }

    fn code(&mut self, digits: usize) -> Read<u32> {
        let text: String = self.rest.iter().skip(self.at).take(digits).collect();
        self.at += digits;
        match u32::from_str_radix(&text, 16) {
            Ok(code) if text.len() == digits && code != 0 => Ok(code),
            _ => Err("this escape"),
        }
    }

    fn class(&mut self) -> Read<Class> {
        let negated = self.eat("^");
        let mut ranges = Vec::new();
        while !self.eat("]") {
            let (is_set, first) = self.member()?;
            let is_range = self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|c| *c != ']');
            match (first.as_slice(), is_range && !is_set) {
                ([(first, _)], true) => {
                    self.at += 1;
                    let (is_set, last) = self.member()?;
                    match last.as_slice() {
                        [(last, _)] if !is_set && first <= last => {
                            ranges.extend(self.folded((*first, *last))?)
                        }
                        _ => return Err("this range of characters"),
                    }
                }
                (first, _) => {
                    for range in first {
                        ranges.extend(if is_set { vec![*range] } else { self.folded(*range)? });
                    }
                }
            }
        }
        if ranges.is_empty() {
            return Err("an empty class");
        }
        Ok(Class { negated, ranges })
    }

    /// A member of a class, and whether it is a set of its own.
    fn member(&mut self) -> Read<(bool, Ranges)> {
        match self.next() {
            None => Err("a class without an end"),
            Some('\\') if self.peek() == Some('b') => Err("a backspace"),
            Some('\\') => {
                let (negated, ranges) = self.escaped()?;
                if negated {
                    return Err("`\\D`, `\\W` or `\\S` in a class");
                }
                Ok((ranges.len() > 1 || ranges == DIGITS, ranges))
            }
            Some(c) if u32::from(c) > 0xFFFF && !self.unicode => {
                Err("a character that is two UTF-16 code units in a class, without the flag `u`")
            }
            Some(c) => Ok((false, vec![(u32::from(c), u32::from(c))])),
        }
    }

    /// A range with its letters in the other case, if that does not matter.
    fn folded(&self, (first, last): (u32, u32)) -> Read<Ranges> {
        let mut ranges = vec![(first, last)];
        if !self.ignore_case {
            return Ok(ranges);
        }
        if last > 0x7F {
            return Err("a character beyond ASCII with the flag `i`");
        }
        for (start, end, other) in [(0x41, 0x5A, 0x61), (0x61, 0x7A, 0x41)] {
            let (from, to) = (first.max(start), last.min(end));
            if from <= to {
                ranges.push((from - start + other, to - start + other));
            }
        }
        Ok(ranges)
    }

    fn repeated(&mut self, item: Item) -> Read<Item> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let (least, most) = self.counts()?;
                if least > MAX_COUNT || most.is_some_and(|most| most > MAX_COUNT || most < least) {
                    return Err("a repetition of that many times");
                }
                (least, most)
            }
            _ => return Ok(item),
        };
        self.at += 1;
        if is_empty(&item) {
            return Err("a repetition of what may be empty");
        }
        if matches!(item, Item::Group { ref alternatives, .. } if alternatives.iter().flatten().any(is_counted))
        {
            return Err("a repetition of a counted repetition");
        }
        let greedy = !self.eat("?");
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err("a repetition of a repetition");
        }
        Ok(Item::Repeat { item: Box::new(item), least, most, greedy })
    }

    /// `{2}`, `{2,}` or `{2,3}`, up to the brace.
    fn counts(&mut self) -> Read<(u32, Option<u32>)> {
        let end = self.rest.iter().skip(self.at).position(|c| *c == '}').map(|length| self.at + length);
        let end = end.ok_or("a brace without an end")?;
        let text: String = self.rest.iter().take(end).skip(self.at + 1).collect();
        self.at = end;
        let number = |text: &str| text.parse::<u32>().map_err(|_| "this repetition");
        match text.split_once(',') {
            None => number(&text).map(|count| (count, Some(count))),
            Some((least, "")) => Ok((number(least)?, None)),
            Some((least, most)) => Ok((number(least)?, Some(number(most)?))),
        }
    }
}

fn is_counted(item: &Item) -> bool {
    match item {
        Item::Repeat { item, least, most, .. } => {
            *least > 1 || most.is_some_and(|most| most > 1) || is_counted(item)
        }
        Item::Group { alternatives, .. } => alternatives.iter().flatten().any(is_counted),
        Item::Class(_) | Item::Start | Item::End | Item::Boundary | Item::NoBoundary => false,
    }
}

fn print_all(alternatives: &[Vec<Item>], captured: Captured, out: &mut String) {
    for (position, sequence) in alternatives.iter().enumerate() {
        if position > 0 {
            out.push('|');
        }
        sequence.iter().for_each(|item| print(item, captured, out));
    }
}

fn print(item: &Item, captured: Captured, out: &mut String) {
    match item {
        Item::Class(class) => print_class(class, out),
        Item::Start => out.push_str("\\A"),
        Item::End => out.push_str("\\z"),
        Item::Boundary => out.push_str("\\b"),
        Item::NoBoundary => out.push_str("\\B"),
        Item::Group { number, alternatives } => {
            let captures = match (captured, number) {
                (Captured::All, Some(_)) => true,
                (Captured::One(wanted), Some(number)) => wanted == *number,
                (Captured::None, _) | (_, None) => false,
            };
            out.push_str(if captures { "(" } else { "(?:" });
            print_all(alternatives, captured, out);
            out.push(')');
        }
        Item::Repeat { item, least, most, greedy } => {
            print(item, captured, out);
            match (least, most) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (least, None) => out.push_str(&format!("{{{least},}}")),
                (least, Some(most)) if least == most => out.push_str(&format!("{{{least}}}")),
                (least, Some(most)) => out.push_str(&format!("{{{least},{most}}}")),
            }
            if !greedy {
                out.push('?');
            }
        }
    }
}

fn print_class(class: &Class, out: &mut String) {
    match class.ranges.as_slice() {
        [(first, last)] if first == last && !class.negated => return print_code(*first, out),
        _ => {}
    }
    out.push_str(if class.negated { "[^" } else { "[" });
    for (first, last) in &class.ranges {
        print_code(*first, out);
        if first < last {
            out.push('-');
            print_code(*last, out);
        }
    }
    out.push(']');
}

fn print_code(code: u32, out: &mut String) {
    match char::from_u32(code) {
        Some(c) if c.is_ascii_alphanumeric() || c == '_' || c == ' ' => out.push(c),
        Some(c) if c.is_ascii_punctuation() => {
            out.push('\\');
            out.push(c);
        }
        _ => out.push_str(&format!("\\x{{{code:x}}}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn re2(source: &str, flags: &str) -> String {
        match Pattern::parse(source, flags) {
            Ok(pattern) => pattern.re2(Captured::All),
            Err(reason) => format!("refused: {reason}"),
        }
    }

    #[test]
    fn what_both_mean_alike_is_kept() {
        assert_eq!(re2(r"^(\d{3})-?[a-f_]+$", ""), r"\A([0-9]{3})\-?[a-f_]+\z");
        assert_eq!(re2(r"a|b*?|(?:c)", ""), r"a|b*?|(?:c)");
        assert_eq!(re2("[^@]+@x\\.de", "g"), r"[^\@]+\@x\.de");
    }

    #[test]
    fn what_differs_is_spelled_out() {
        assert_eq!(re2(".", ""), r"[^\x{a}\x{d}\x{2028}-\x{2029}]");
        assert_eq!(re2("[a-c]x", "i"), "[a-cA-C][xX]");
        assert_eq!(re2(r"\w", ""), "[0-9A-Z_a-z]");
    }

    #[test]
    fn what_has_no_re2_is_refused() {
        for (source, flags) in [
            (r"(a)\1", ""),
            ("(?=a)", ""),
            ("(?<!a)b", ""),
            ("(?<year>a)", ""),
            ("a", "y"),
            ("a", "m"),
            ("é", "i"),
            ("(a*)*", ""),
            ("a{1000}", ""),
            ("[😀]", ""),
            (r"\p{L}", "u"),
            (r"\ud83d", ""),
        ] {
            assert!(re2(source, flags).starts_with("refused"), "{source} {flags}");
        }
    }

    #[test]
    fn halves_of_characters_are_seen_unless_runs_take_both() {
        let same = |source: &str, flags: &str| Pattern::parse(source, flags).unwrap().is_same_for_pairs();
        assert!(same(r"^[^\s@]+@[^\s@]+\.[^\s@]+$", ""));
        assert!(same(r"(\D+)", "g"));
        assert!(same("abc?", ""));
        assert!(same(".", "u"));
        assert!(!same("^.{3}$", ""));
        assert!(!same("[^a]", ""));
        assert!(!same("[^a]+[^b]+", ""));
        assert!(!same(".+?", ""));
    }
}

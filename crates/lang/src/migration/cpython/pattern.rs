//! Regular expressions of `re` as RE2 patterns, where both mean the same.
//!
//! Both take the leftmost match and prefer earlier alternatives and, unless told otherwise, longer
//! repetitions. `\d` and `\w` are Unicode in Python and are written so; RE2 knows some characters that
//! CPython does not know yet, for which [`Pattern::has_classes`] asks. Look-around, references,
//! boundaries and flags are refused.

use super::text::WHITESPACE;

/// A pattern that RE2 matches as Python does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Pattern {
    tokens: Vec<Token>,
    /// How many groups capture.
    pub(in super::super) groups: usize,
    /// Whether it can match the empty text, where the two go on differently.
    pub(in super::super) may_be_empty: bool,
    /// Whether it asks for the end of the text by `$`, before which a line may end.
    pub(in super::super) has_end: bool,
    /// Whether it asks for the start of the text.
    pub(in super::super) has_start: bool,
    /// Whether it has a class of characters that grows with Unicode.
    pub(in super::super) has_classes: bool,
    /// The groups that take part in each match.
    present: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    /// The parenthesis of a group that captures.
    Open(usize),
}

/// Which groups of a printed pattern capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Captured {
    None,
    All,
    /// One of them; 0 is the whole pattern.
    Only(usize),
}

/// Where a match may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// `search`
    Anywhere,
    /// `match`
    Start,
    /// `fullmatch`
    Whole,
}

/// Characters that RE2 takes for digits, letters or numbers and CPython 3.11 does not.
pub(in super::super) const YOUNG: &str = r"[\x{1123f}-\x{11240}\x{11f02}\x{11f04}-\x{11f10}\x{11f12}-\x{11f33}\x{11f50}-\x{11f59}\x{1342f}\x{13441}-\x{13446}\x{1b132}\x{1b155}\x{1d2c0}-\x{1d2d3}\x{1df25}-\x{1df2a}\x{1e030}-\x{1e06d}\x{1e4d0}-\x{1e4eb}\x{1e4f0}-\x{1e4f9}\x{2b739}\x{2ebf0}-\x{2ee5d}\x{31350}-\x{323af}]";

type Read<T> = Result<T, &'static str>;

impl Pattern {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// What in it has no exact RE2.
    pub(in super::super) fn parse(source: &str) -> Read<Self> {
        let mut reader = Reader {
            rest: source.chars().collect(),
            at: 0,
            depth: 0,
            pattern: Self {
                tokens: Vec::new(),
                groups: 0,
                may_be_empty: false,
                has_end: false,
                has_start: false,
                has_classes: false,
                present: Vec::new(),
            },
        };
        let may_be_empty = reader.alternatives(true)?;
        if reader.at < reader.rest.len() {
            return Err("an unmatched `)`");
        }
        Ok(Self { may_be_empty, ..reader.pattern })
    }

    /// The RE2 pattern.
    pub(in super::super) fn re2(&self, place: Place, captured: Captured) -> String {
        let mut inner = String::new();
        for token in &self.tokens {
            match token {
                Token::Text(text) => inner.push_str(text),
                Token::Open(group) => {
                    let captures = captured == Captured::All || captured == Captured::Only(*group);
                    inner.push_str(if captures { "(" } else { "(?:" });
                }
            }
        }
        let whole = if captured == Captured::Only(0) { "(" } else { "(?:" };
        match place {
            Place::Anywhere if captured != Captured::Only(0) => inner,
            Place::Anywhere => format!("({inner})"),
            Place::Start => format!("^{whole}{inner})"),
            Place::Whole => format!("^{whole}{inner})$"),
        }
    }

    /// Whether a group has a text in each match.
    pub(in super::super) fn takes_part(&self, group: usize) -> bool {
        group == 0 || self.present.contains(&group)
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    depth: usize,
    pattern: Pattern,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn put(&mut self, text: &str) {
        match self.pattern.tokens.last_mut() {
            Some(Token::Text(last)) => last.push_str(text),
            _ => self.pattern.tokens.push(Token::Text(text.to_owned())),
        }
    }

    /// Alternatives up to the end or a `)`: whether one of them may be empty.
    fn alternatives(&mut self, outermost: bool) -> Read<bool> {
        let mut any_empty = false;
        let first_group = self.pattern.groups;
        let mut count = 0;
        loop {
            count += 1;
            let mut all_empty = true;
            while let Some(c) = self.peek() {
                if c == '|' || c == ')' {
                    break;
                }
                all_empty &= self.item(outermost)?;
            }
            any_empty |= all_empty;
            if !self.eat('|') {
                break;
            }
            self.put("|");
        }
        if count > 1 {
            self.pattern.present.retain(|group| *group <= first_group);
            if self.pattern.has_end || self.pattern.has_start {
                return Err("an anchor beside `|`");
            }
        }
        Ok(any_empty)
    }

    /// One item with its repetition: whether it may be empty.
    fn item(&mut self, outermost: bool) -> Read<bool> {
        let Some(c) = self.peek() else { return Ok(true) };
        self.at += 1;
        let first_group = self.pattern.groups;
        let may_be_empty = match c {
            '^' if outermost && self.at == 1 => {
                self.pattern.has_start = true;
                self.put("^");
                return Ok(true);
            }
            '$' if outermost && self.at == self.rest.len() => {
                self.pattern.has_end = true;
                self.put(r"\n?$");
                return Ok(true);
            }
            '^' | '$' => return Err("an anchor inside of a pattern"),
            '(' => self.group()?,
            '[' => {
                self.class()?;
                false
            }
            '.' => {
                self.put(r"[^\n]");
                false
            }
            '\\' => {
                self.escape()?;
                false
            }
            '*' | '+' | '?' => return Err("a repetition of nothing"),
            '{' | '}' | ']' => return Err("a bracket that stands for itself"),
            c => {
                self.literal(c);
                false
            }
        };
        self.repetition(may_be_empty, first_group)
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && c != ' ' && c != '_' {
            self.put(&format!(r"\x{{{:x}}}", u32::from(c)));
        } else {
            self.put(&c.to_string());
        }
    }

    fn group(&mut self) -> Read<bool> {
        self.depth += 1;
        if self.depth > 50 {
            return Err("groups that are nested so deep");
        }
        if self.eat('?') {
            if !self.eat(':') {
                return Err("`(?`");
            }
            self.put("(?:");
        } else {
            self.pattern.groups += 1;
            let group = self.pattern.groups;
            self.pattern.present.push(group);
            self.pattern.tokens.push(Token::Open(group));
        }
        let may_be_empty = self.alternatives(false)?;
        if !self.eat(')') {
            return Err("an unmatched `(`");
        }
        self.put(")");
        self.depth -= 1;
        Ok(may_be_empty)
    }

    fn repetition(&mut self, may_be_empty: bool, first_group: usize) -> Read<bool> {
        let (text, least) = match self.peek() {
            Some(c @ ('*' | '?')) => (c.to_string(), 0),
            Some('+') => ("+".to_owned(), 1),
            Some('{') => {
                let Some(length) = self.rest[self.at..].iter().position(|c| *c == '}') else {
                    return Err("a bracket that stands for itself");
                };
                let counts: String = self.rest[self.at + 1..self.at + length].iter().collect();
                let numbers: Vec<_> = counts.split(',').map(str::parse::<u32>).collect();
                let (least, most) = match numbers.as_slice() {
                    [Ok(count)] => (*count, *count),
                    [Ok(least), Ok(most)] => (*least, *most),
                    [Ok(least), Err(_)] if counts.ends_with(',') => (*least, *least),
                    _ => return Err("a bracket that stands for itself"),
                };
                if most > 100 || least > most {
                    return Err("a large count");
                }
                self.at += length;
                (format!("{{{counts}}}"), least)
            }
            _ => return Ok(may_be_empty),
        };
        self.at += 1;
        if may_be_empty {
            return Err("a repetition of what may be empty");
        }
        self.put(&text);
        if self.eat('?') {
            self.put("?");
        }
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err("a repetition of a repetition");
        }
        if least == 0 {
            self.pattern.present.retain(|group| *group <= first_group);
        }
        Ok(least == 0)
    }

    fn escape(&mut self) -> Read<()> {
        let Some(c) = self.peek() else { return Err("a `\\` at the end") };
        self.at += 1;
        match c {
            'd' => self.unicode(r"\p{Nd}"),
            'D' => self.unicode(r"\P{Nd}"),
            'w' => self.unicode(r"[\pL\pN_]"),
            'W' => self.unicode(r"[^\pL\pN_]"),
            's' => self.put(&format!("[{WHITESPACE}]")),
            'S' => self.put(&format!("[^{WHITESPACE}]")),
            c => {
                let c = plain_escape(c)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    fn unicode(&mut self, class: &str) {
        self.pattern.has_classes = true;
        self.put(class);
    }

    fn class(&mut self) -> Read<()> {
        let mut text = String::from(if self.eat('^') { "[^" } else { "[" });
        let mut is_first = true;
        loop {
            let Some(c) = self.peek() else { return Err("an unmatched `[`") };
            self.at += 1;
            match c {
                ']' if !is_first => break,
                '[' => return Err("a `[` in a class"),
                '\\' => {
                    let Some(c) = self.peek() else { return Err("a `\\` at the end") };
                    match c {
                        'd' => {
                            self.pattern.has_classes = true;
                            text.push_str(r"\p{Nd}");
                        }
                        'w' => {
                            self.pattern.has_classes = true;
                            text.push_str(r"\pL\pN_");
                        }
                        's' => text.push_str(WHITESPACE),
                        _ => {
                            let c = plain_escape(c)?;
                            text.push_str(&code(c));
                        }
                    }
                    self.at += 1;
                    // A range does not begin or end with a class.
                    if matches!(c, 'd' | 'w' | 's')
                        && self.peek() == Some('-')
                        && self.rest.get(self.at + 1) != Some(&']')
                    {
                        return Err("a range of classes");
                    }
                }
                '-' if !is_first && self.peek() != Some(']') => {
                    // Between two characters.
                    match self.peek() {
                        Some('\\') | None => return Err("a range to an escape"),
                        Some(_) => text.push('-'),
                    }
                }
                c => text.push_str(&code(c)),
            }
            is_first = false;
        }
        text.push(']');
        self.put(&text);
        Ok(())
    }
}

/// A character by its number.
fn code(c: char) -> String {
    if c.is_ascii_alphanumeric() { c.to_string() } else { format!(r"\x{{{:x}}}", u32::from(c)) }
}

/// The character that an escape stands for.
fn plain_escape(c: char) -> Read<char> {
    Ok(match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'f' => '\u{c}',
        'v' => '\u{b}',
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return Err("this escape"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn re2(source: &str) -> String {
        Pattern::parse(source).unwrap().re2(Place::Anywhere, Captured::None)
    }

    #[test]
    fn what_both_mean_alike_is_kept() {
        assert_eq!(re2("ab*c+?"), "ab*c+?");
        assert_eq!(re2("(a|b){2,3}"), "(?:a|b){2,3}");
        assert_eq!(re2(r"[a-f0-9\-]"), r"[a-f0-9\x{2d}]");
    }

    #[test]
    fn what_differs_is_spelled_out() {
        assert_eq!(re2(r"\d+"), r"\p{Nd}+");
        assert_eq!(re2("a.$"), r"a[^\n]\n?$");
    }

    #[test]
    fn what_has_no_exact_re2_is_refused() {
        for source in [r"(a)\1", "(?=a)", "(?P<x>a)", r"\bword", "(a*)*", "a++", "a$b", "^a|b"] {
            assert!(Pattern::parse(source).is_err(), "{source}");
        }
    }

    #[test]
    fn a_group_that_may_be_left_out_is_told() {
        let pattern = Pattern::parse("(a)(b)?(?:(c)|d)(e)").unwrap();
        let present: Vec<_> = (1..=4).filter(|group| pattern.takes_part(*group)).collect();
        assert_eq!(present, [1, 4]);
    }
}

//! Expressions of each kind.

use super::{Author, B, D, N, Ns, On, Os, T, TEXTS, Ts};
use crate::fuzz::tree::{Part, Tree};

impl Author<'_> {
    pub(super) fn text(&mut self, d: usize) -> Tree {
        if self.chance.below(6) == 0 {
            return self.more_text(d);
        }
        let constant = |this: &mut Self| TEXTS[this.chance.below(TEXTS.len())];
        let small = |this: &mut Self| ["0", "1", "2", "-1", "-2", "5", "1.5"][this.chance.below(7)];
        match self.chance.below(30) {
            28 => {
                let (pattern, by) =
                    (self.pattern("g"), ["", "-", "$&$&", "$$", "<\\>"][self.chance.below(5)]);
                tree!(T, self.piece(T, d), format!(".replace({pattern}, \"{by}\")"))
            }
            29 => {
                let pattern = self.pattern("");
                tree!(T, "(", self.piece(T, d), format!(".match({pattern})?.[0] ?? "), self.piece(T, d), ")")
            }
            26 => tree!(T, "(TABLE[", self.piece(T, d), "] ?? ", self.piece(T, d), ")"),
            27 => tree!(T, "typeof ", self.one_of(&[On, Os, T], 0)),
            0 => tree!(T, "(", self.piece(T, d), " + ", self.piece(T, d), ")"),
            1 => tree!(T, "`${", self.piece(T, d), "}:${", self.piece(N, d), "}`"),
            2 => tree!(T, self.piece(T, d), [".trim()", ".trimStart()", ".trimEnd()"][self.chance.below(3)]),
            3 => tree!(T, self.piece(T, d), [".toUpperCase()", ".toLowerCase()"][self.chance.below(2)]),
            4 => tree!(T, self.piece(T, d), ".slice(", self.piece(N, d), ")"),
            5 => tree!(T, self.piece(T, d), format!(".slice({}, {})", small(self), small(self))),
            6 => tree!(T, self.piece(T, d), ".substring(", self.piece(N, d), ", ", self.piece(N, d), ")"),
            7 => tree!(T, self.piece(T, d), ".charAt(", self.piece(N, d), ")"),
            8 => tree!(T, self.piece(T, d), format!(".padStart({}, \"ab\")", self.chance.below(6))),
            9 => tree!(T, self.piece(T, d), format!(".replace({}, \"<>\")", constant(self))),
            10 => tree!(T, self.piece(T, d), format!(".replaceAll({}, {})", constant(self), constant(self))),
            11 => tree!(T, "String(", self.piece(N, d), ")"),
            12 => tree!(T, "(", self.piece(N, d), format!(").toFixed({})", self.chance.below(5))),
            13 => tree!(T, "(", self.piece(B, d), " ? ", self.piece(T, d), " : ", self.piece(T, d), ")"),
            14 | 15 => tree!(T, "(", self.piece(Os, d), " ?? ", self.piece(T, d), ")"),
            16 => tree!(T, "clean(", self.piece(T, d), ")"),
            17 => tree!(T, "pick(", self.piece(T, d), ", ", self.piece(T, d), ")"),
            18 => tree!(T, self.piece(Ts, d), ".join(", self.piece(T, 0), ")"),
            19 => tree!(T, self.piece(D, d), ".toISOString()"),
            20 => tree!(T, "(", self.piece(Ts, d), "[", self.piece(N, 0), "] ?? ", self.piece(T, d), ")"),
            21 => {
                let (result, item) = (self.name("r"), self.name("x"));
                let array = self.piece(Ts, d);
                let body = self.with(&[(&result, T), (&item, T)], T, d);
                tree!(T, array, format!(".reduce(({result}, {item}) => "), body, ", ", self.piece(T, 0), ")")
            }
            22 => tree!(T, "(", self.piece(T, d), " || ", self.piece(T, d), ")"),
            23 => tree!(T, self.piece(Ns, d), ".join()"),
            24 => tree!(T, "(", self.piece(B, d), ").toString()"),
            _ => tree!(T, self.piece(T, d), format!(".repeat({})", self.chance.below(3))),
        }
    }

    pub(super) fn number(&mut self, d: usize) -> Tree {
        if self.chance.below(6) == 0 {
            return self.more_number(d);
        }
        match self.chance.below(25) {
            24 => tree!(N, "(CODES.get(", self.piece(T, d), ") ?? ", self.piece(N, d), ")"),
            0 | 1 => {
                let op = [" + ", " - ", " * ", " / "][self.chance.below(4)];
                tree!(N, "(", self.piece(N, d), op, self.piece(N, d), ")")
            }
            2 => tree!(N, "(", self.piece(N, d), " % ", self.piece(N, d), ")"),
            3 | 4 => {
                let f = ["floor", "ceil", "round", "trunc", "abs", "sign"][self.chance.below(6)];
                tree!(N, format!("Math.{f}("), self.piece(N, d), ")")
            }
            5 => {
                let f = ["min", "max"][self.chance.below(2)];
                tree!(N, format!("Math.{f}("), self.piece(N, d), ", ", self.piece(N, d), ")")
            }
            6 => tree!(N, self.piece(T, d), ".length"),
            7 => tree!(N, self.piece(T, d), ".indexOf(", self.piece(T, d), ")"),
            8 => tree!(N, "Number(", self.piece(T, d), ")"),
            9 => tree!(N, "parseFloat(", self.piece(T, d), ")"),
            10 => tree!(N, "parseInt(", self.piece(T, d), ", 10)"),
            11 => tree!(N, self.piece(D, d), ".getTime()"),
            12 => {
                let part =
                    ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds"][self.chance.below(7)];
                tree!(N, self.piece(D, d), format!(".getUTC{part}()"))
            }
            13 => tree!(N, "(", self.piece(B, d), " ? ", self.piece(N, d), " : ", self.piece(N, d), ")"),
            14 | 15 => tree!(N, "(", self.piece(On, d), " ?? ", self.piece(N, d), ")"),
            16 => tree!(N, self.one_of(&[Ts, Ns], d), ".length"),
            17 => {
                let (head, body) = self.over(N, B, d);
                tree!(N, self.piece(Ns, d), format!(".findIndex({head}"), body, ")")
            }
            18 => {
                let (result, item) = (self.name("r"), self.name("x"));
                let array = self.piece(Ns, d);
                let body = self.with(&[(&result, N), (&item, N)], N, d);
                tree!(N, array, format!(".reduce(({result}, {item}) => "), body, ", ", self.piece(N, 0), ")")
            }
            19 => tree!(N, self.piece(Ns, d), ".indexOf(", self.piece(N, d), ")"),
            20 => tree!(N, self.piece(Ts, d), ".indexOf(", self.piece(T, d), ")"),
            21 => tree!(N, "(", self.piece(Ns, d), ".at(", self.piece(N, 0), ") ?? ", self.piece(N, d), ")"),
            22 => tree!(N, "-", self.piece(N, 0)),
            _ => tree!(N, "Number(", self.piece(B, d), ")"),
        }
    }

    pub(super) fn boolean(&mut self, d: usize) -> Tree {
        if self.chance.below(6) == 0 {
            return self.more_boolean(d);
        }
        match self.chance.below(19) {
            18 => {
                let pattern = self.pattern("");
                tree!(B, format!("{pattern}.test("), self.piece(T, d), ")")
            }
            16 => tree!(B, "(", self.piece(T, d), " in TABLE)"),
            17 => tree!(B, "WORDS.has(", self.piece(T, d), ")"),
            0 | 1 => {
                let op = [" < ", " <= ", " > ", " >= ", " === ", " !== "][self.chance.below(6)];
                tree!(B, "(", self.piece(N, d), op, self.piece(N, d), ")")
            }
            2 | 3 => {
                let op = [" < ", " <= ", " > ", " >= "][self.chance.below(4)];
                tree!(B, "(", self.piece(T, d), op, self.piece(T, d), ")")
            }
            4 => tree!(B, "(", self.piece(B, d), " && ", self.piece(B, d), ")"),
            5 => tree!(B, "(", self.piece(B, d), " || ", self.piece(B, d), ")"),
            6 => tree!(B, "!", self.piece(B, d)),
            7 => {
                let f = ["includes", "startsWith", "endsWith"][self.chance.below(3)];
                tree!(B, self.piece(T, d), format!(".{f}("), self.piece(T, d), ")")
            }
            8 | 9 => {
                let f = ["some", "every"][self.chance.below(2)];
                let (array, element) = [(Ts, T), (Ns, N)][self.chance.below(2)];
                let array = self.piece(array, d);
                let (head, body) = self.over(element, B, d);
                tree!(B, array, format!(".{f}({head}"), body, ")")
            }
            10 => tree!(B, "Number.isInteger(", self.piece(N, d), ")"),
            11 => tree!(B, "isNaN(", self.piece(N, d), ")"),
            12 => tree!(B, self.piece(Ts, d), ".includes(", self.piece(T, d), ")"),
            13 => tree!(B, self.piece(Ns, d), ".includes(", self.piece(N, d), ")"),
            14 => tree!(B, "(", self.one_of(&[Os, On], d), " == null)"),
            _ => tree!(B, "Boolean(", self.one_of(&[T, N], d), ")"),
        }
    }

    /// A regular expression of a few parts.
    fn pattern(&mut self, flags: &str) -> String {
        const ATOMS: [&str; 16] = [
            "a", "b", "1", "\\d", "\\w", "\\s", ".", "[^a]", "[a-c]", "\\D", "\\S", "é", "-", "(?:ab|a)",
            "(x|\\d)", "\\.",
        ];
        const COUNTS: [&str; 9] = ["", "", "", "+", "*", "?", "{2}", "+?", "{1,}"];
        let mut text = if self.chance.below(4) == 0 { "^".to_owned() } else { String::new() };
        for _ in 0..1 + self.chance.below(3) {
            text.push_str(ATOMS[self.chance.below(ATOMS.len())]);
            text.push_str(COUNTS[self.chance.below(COUNTS.len())]);
        }
        text.push_str(["", "", "$", "|0", "\\b"][self.chance.below(5)]);
        let more = ["", "", "u", "s"][self.chance.below(4)];
        format!("/{text}/{flags}{more}")
    }

    pub(super) fn date(&mut self, d: usize) -> Tree {
        if self.chance.below(6) == 0 {
            return self.more_date(d);
        }
        match self.chance.below(5) {
            0 => tree!(D, "new Date(", self.piece(N, d), ")"),
            1 => tree!(D, "new Date(", self.piece(D, d), ".getTime() + ", self.piece(N, 0), ")"),
            2 => tree!(D, "(", self.piece(B, d), " ? ", self.piece(D, d), " : ", self.piece(D, d), ")"),
            3 => tree!(D, "(row.ds[", self.chance.below(3).to_string(), "] ?? ", self.piece(D, d), ")"),
            _ => {
                let body =
                    ["x.getTime() > 0", "x > row.d", "x.getUTCFullYear() < 2000"][self.chance.below(3)];
                tree!(
                    D,
                    format!("(row.ds.filter((x) => {body}).map((x) => new Date(x.getTime() + 1000))[0] ?? "),
                    self.piece(D, d),
                    ")"
                )
            }
        }
    }

    pub(super) fn texts(&mut self, d: usize) -> Tree {
        if self.chance.below(6) == 0 {
            return self.more_texts(d);
        }
        match self.chance.below(16) {
            14 => {
                let pattern = self.pattern("");
                tree!(Ts, self.piece(T, d), format!(".split({pattern})"))
            }
            15 => {
                let pattern = self.pattern("g");
                tree!(Ts, "(", self.piece(T, d), format!(".match({pattern}) ?? "), self.piece(Ts, d), ")")
            }
            13 => tree!(Ts, "[...new Set(", self.piece(Ts, d), ")]"),
            0 | 1 => {
                let array = self.piece(Ts, d);
                let (head, body) = self.over(T, T, d);
                tree!(Ts, array, format!(".map({head}"), body, ")")
            }
            2 => {
                let array = self.piece(Ns, d);
                let (head, body) = self.over(N, T, d);
                tree!(Ts, array, format!(".map({head}"), body, ")")
            }
            3 => {
                let array = self.piece(Ts, d);
                let (head, body) = self.over(T, B, d);
                tree!(Ts, array, format!(".filter({head}"), body, ")")
            }
            4 => tree!(Ts, self.piece(Ts, d), ".slice(", self.piece(N, 0), ", ", self.piece(N, 0), ")"),
            5 => tree!(Ts, self.piece(Ts, d), ".concat(", self.piece(Ts, d), ")"),
            6 => tree!(Ts, "[", self.piece(T, d), ", ...", self.piece(Ts, d), ", ", self.piece(T, d), "]"),
            7 => tree!(
                Ts,
                self.piece(T, d),
                format!(".split({})", [r#"",""#, r#"" ""#, r#""a""#, r#""😀""#][self.chance.below(4)])
            ),
            8 => tree!(Ts, self.piece(Ts, d), ".toReversed()"),
            9 => tree!(Ts, self.piece(Ts, d), ".toSorted()"),
            10 => {
                let array = self.piece(Ts, d);
                let (head, body) = self.over(T, Ts, d);
                tree!(Ts, array, format!(".flatMap({head}"), body, ")")
            }
            11 => {
                let name = self.name("l");
                tree!(
                    Ts,
                    format!("row.ls.filter(({name}) => {name}.kind === \"new\" || "),
                    self.piece(B, d),
                    format!(").map(({name}) => {name}.note ?? "),
                    self.piece(T, d),
                    ")"
                )
            }
            _ => tree!(Ts, "(", self.piece(B, d), " ? ", self.piece(Ts, d), " : ", self.piece(Ts, d), ")"),
        }
    }

    pub(super) fn numbers(&mut self, d: usize) -> Tree {
        match self.chance.below(9) {
            0 | 1 => {
                let array = self.piece(Ns, d);
                let (head, body) = self.over(N, N, d);
                tree!(Ns, array, format!(".map({head}"), body, ")")
            }
            2 => {
                let array = self.piece(Ts, d);
                let (head, body) = self.over(T, N, d);
                tree!(Ns, array, format!(".map({head}"), body, ")")
            }
            3 => {
                let array = self.piece(Ns, d);
                let (head, body) = self.over(N, B, d);
                tree!(Ns, array, format!(".filter({head}"), body, ")")
            }
            4 => tree!(Ns, self.piece(Ns, d), ".slice(", self.piece(N, 0), ")"),
            5 => tree!(Ns, "[...", self.piece(Ns, d), ", ", self.piece(N, d), "]"),
            6 => tree!(Ns, "row.ms.filter((x) => x !== null)"),
            7 => tree!(Ns, "row.ms.map((x) => x ?? ", self.piece(N, d), ")"),
            _ => tree!(
                Ns,
                self.piece(Ns, d),
                ".toSorted((a, b) => ",
                ["a - b", "b - a"][self.chance.below(2)],
                ")"
            ),
        }
    }

    pub(super) fn optional_text(&mut self, d: usize) -> Tree {
        match self.chance.below(4) {
            0 | 1 => {
                let array = self.piece(Ts, d);
                let (head, body) = self.over(T, B, d);
                tree!(Os, array, format!(".find({head}"), body, ")")
            }
            2 => tree!(Os, self.piece(Ts, d), ".at(", self.piece(N, 0), ")"),
            _ => tree!(Os, "(", self.piece(B, d), " ? ", self.piece(T, d), " : null)"),
        }
    }

    pub(super) fn optional_number(&mut self, d: usize) -> Tree {
        match self.chance.below(4) {
            0 | 1 => {
                let array = self.piece(Ns, d);
                let (head, body) = self.over(N, B, d);
                tree!(On, array, format!(".find({head}"), body, ")")
            }
            2 => tree!(On, "row.ls.find((l) => l.sku < ", self.piece(T, d), ")?.count"),
            _ => tree!(On, "(", self.piece(B, d), " ? ", self.piece(N, d), " : null)"),
        }
    }
}

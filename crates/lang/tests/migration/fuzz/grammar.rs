//! Random functions of the kind that people write, over the rows of one model.

use super::tree::{Kind, Part, Tree};
use crate::values::Chance;

/// The source of all functions.
pub const SOURCE: &str = r#"
export interface Row {
  id: Key<string>;
  a: string;
  b: string;
  n: number;
  m: number;
  f: boolean;
  d: Date;
  on: number | null;
  os?: string;
  w: "a" | "b" | "on_time";
  ts: string[];
  ns: number[];
  ms: (number | null)[];
  ds: Date[];
  o: { x: string; y: number | null };
  ls: { sku: string; count: number; at: Date; kind: "new" | "used"; note?: string }[];
}
"#;

const TEXTS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#"" ""#,
    r#"",""#,
    r#""é""#,
    r#""😀""#,
    r#""-""#,
    r#""12""#,
    r#""a,b;c""#,
    r#""null""#,
    r#""\\""#,
    r#""'""#,
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "3",
    "0.5",
    "-0",
    "10",
    "100",
    "1e21",
    "0.1",
    "1e-7",
    "9007199254740993",
    "NaN",
    "Infinity",
    "60",
    "-2.5",
];

/// What all functions may use.
const SHARED: &str = r#"const clean = (text) => text.trim().toLowerCase();
function pick(a, b = "-") {
  if (a.length > 3) return b;
  return a;
}
const NAMES = ["a", "é", "on_time"];
const TABLE = { a: "A", "é": "E", on_time: "", "😀": "smile" };
const CODES = new Map([["a", 1], ["", -0.5], ["NA", NaN]]);
const WORDS = new Set(["a", "b", "", "é"]);
"#;

/// Makes one function.
pub struct Author<'c> {
    chance: &'c mut Chance,
    /// Names in scope, and what they stand for.
    names: Vec<(String, Kind)>,
    count: usize,
}

/// A function: what stands before the returned object, and its columns.
#[derive(Debug, Clone)]
pub struct Program {
    pub statements: Vec<Tree>,
    pub columns: Vec<Tree>,
}

impl Program {
    pub fn source(&self) -> String {
        let mut text = format!("{SHARED}\nexport default function migrate(row) {{\n");
        for statement in &self.statements {
            text.push_str(&format!("  {statement}\n"));
        }
        text.push_str("  return {\n    id: row.id,\n");
        for (position, column) in self.columns.iter().enumerate() {
            text.push_str(&format!("    c{position}: {column},\n"));
        }
        text.push_str("  };\n}\n");
        text
    }

    /// The model of what it returns.
    pub fn target(&self) -> String {
        let mut text = String::from("export interface Row {\n  id: Key<string>;\n");
        for (position, column) in self.columns.iter().enumerate() {
            let data_type = match column.kind {
                Kind::Text => "string",
                Kind::Number => "number",
                Kind::Boolean => "boolean",
                Kind::Date => "Date",
                Kind::Texts => "string[]",
                Kind::Numbers => "number[]",
                Kind::OptionalText => "string | null",
                Kind::OptionalNumber | Statements => "number | null",
            };
            text.push_str(&format!("  c{position}: {data_type};\n"));
        }
        text + "}\n"
    }
}

macro_rules! tree {
    ($kind:expr, $($part:expr),+ $(,)?) => {
        Tree { kind: $kind, parts: vec![$(Part::from($part)),+] }
    };
}

use Kind::{
    Boolean as B, Date as D, Number as N, Numbers as Ns, OptionalNumber as On, OptionalText as Os,
    Statements, Text as T, Texts as Ts,
};

impl<'c> Author<'c> {
    pub fn new(chance: &'c mut Chance) -> Self {
        Self { chance, names: Vec::new(), count: 0 }
    }

    pub fn program(&mut self) -> Program {
        let statements = (0..self.chance.below(4)).map(|_| self.statement()).collect();
        let columns = (0..1 + self.chance.below(4))
            .map(|_| {
                let kind = [T, N, B, D, Ts, Ns, Os, On, T, N][self.chance.below(10)];
                self.piece(kind, 3)
            })
            .collect();
        Program { statements, columns }
    }

    fn name(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    fn statement(&mut self) -> Tree {
        let name = self.name("v");
        match self.chance.below(12) {
            9 => self.collecting(&name),
            10 | 11 => self.summing(name),
            0 => tree!(Statements, "if (", self.piece(B, 2), ") return null;"),
            1 => tree!(Statements, "if (", self.piece(B, 1), ") throw new Error(", self.piece(T, 1), ");"),
            2 | 3 => {
                let kind = [T, N][self.chance.below(2)];
                let first = self.piece(kind, 2);
                let tree = tree!(
                    Statements,
                    format!("let {name} = "),
                    first,
                    "; if (",
                    self.piece(B, 1),
                    format!(") {{ {name} = "),
                    self.piece(kind, 2),
                    "; } else if (",
                    self.piece(B, 1),
                    format!(") {{ {name} += "),
                    self.piece(kind, 1),
                    "; }",
                );
                self.names.push((name, kind));
                tree
            }
            4 => {
                let value = self.piece(N, 1);
                let tree = tree!(
                    Statements,
                    format!("let {name} = "),
                    value,
                    "; switch (row.w) { case \"a\": ",
                    format!("{name} *= "),
                    self.piece(N, 1),
                    "; break; case \"b\": ",
                    format!("{name}++; break; default: {name} -= "),
                    self.piece(N, 1),
                    "; }",
                );
                self.names.push((name, N));
                tree
            }
            _ => {
                let kind = [T, N, B, Ts, Ns, Os, On, D][self.chance.below(8)];
                let tree = tree!(Statements, format!("const {name} = "), self.piece(kind, 3), ";");
                self.names.push((name, kind));
                tree
            }
        }
    }

    /// A loop that builds an array.
    fn collecting(&mut self, name: &str) -> Tree {
        let (array, element) = [(Ts, T), (Ns, N)][self.chance.below(2)];
        let (item, array) = (self.name("x"), self.piece(array, 1));
        let names = [(item.as_str(), element)];
        let (skip, value) = (self.with(&names, B, 1), self.with(&names, T, 1));
        let end = ["continue", "break"][self.chance.below(2)];
        let head = format!("const {name} = []; for (const {item} of ");
        let tree = tree!(
            Statements,
            head,
            array,
            ") { if (",
            skip,
            format!(") {end}; {name}.push("),
            value,
            "); }",
        );
        self.names.push((name.to_owned(), Ts));
        tree
    }

    /// A loop that adds something up.
    fn summing(&mut self, name: String) -> Tree {
        let kind = [T, N][self.chance.below(2)];
        let (position, first, array) = (self.name("i"), self.piece(kind, 1), Tree::leaf(Ts, "row.ts"));
        let names = [(position.as_str(), N), (name.as_str(), kind)];
        let (test, value, other) =
            (self.with(&names, B, 1), self.with(&names, kind, 1), self.with(&names, kind, 1));
        let head = format!("; for (let {position} = 0; {position} < ");
        let tree = tree!(
            Statements,
            format!("let {name} = "),
            first,
            head,
            array,
            format!(".length; {position}++) {{ if ("),
            test,
            format!(") {{ {name} += "),
            value,
            format!("; }} else {{ {name} = "),
            other,
            "; } }",
        );
        self.names.push((name, kind));
        tree
    }

    /// A piece of a kind, of at most so many levels.
    fn piece(&mut self, kind: Kind, depth: usize) -> Tree {
        if depth == 0 || self.chance.below(8) == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match kind {
            T => self.text(depth),
            N => self.number(depth),
            B => self.boolean(depth),
            D => self.date(depth),
            Ts => self.texts(depth),
            Ns => self.numbers(depth),
            Os => self.optional_text(depth),
            On => self.optional_number(depth),
            Statements => Tree::leaf(Statements, ""),
        }
    }

    fn one_of(&mut self, kinds: &[Kind], depth: usize) -> Tree {
        let kind = kinds[self.chance.below(kinds.len())];
        self.piece(kind, depth)
    }

    fn leaf(&mut self, kind: Kind) -> Tree {
        let known: Vec<_> =
            self.names.iter().filter(|(_, found)| *found == kind).map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && self.chance.below(2) == 0 {
            return Tree::leaf(kind, known[self.chance.below(known.len())].clone());
        }
        let fields: &[&str] = match kind {
            T => &["row.a", "row.b", "row.id", "row.o.x", "row.w"],
            N => &["row.n", "row.m", "row.ts.length", "row.a.length"],
            B => &["row.f", "row.on === null", "row.os === undefined", "row.w === \"a\""],
            D => &["row.d", "new Date(0)"],
            Ts => &["row.ts", "NAMES", "row.ls.map((l) => l.sku)"],
            Ns => &["row.ns", "row.ls.map((l) => l.count)"],
            Os => &["row.os", "row.ts[0]", "null"],
            On => &["row.on", "row.ns[1]", "row.o.y", "null"],
            Statements => &[""],
        };
        let constants: &[&str] = match kind {
            T => TEXTS,
            N => NUMBERS,
            B => &["true", "false"],
            _ => fields,
        };
        let from = if self.chance.below(3) > 0 { fields } else { constants };
        Tree::leaf(kind, from[self.chance.below(from.len())])
    }

    /// A piece with a name in scope.
    fn with(&mut self, names: &[(&str, Kind)], kind: Kind, depth: usize) -> Tree {
        let before = self.names.len();
        self.names.extend(names.iter().map(|(name, kind)| ((*name).to_owned(), *kind)));
        let piece = self.piece(kind, depth);
        self.names.truncate(before);
        piece
    }

    fn over(&mut self, element: Kind, kind: Kind, depth: usize) -> (String, Tree) {
        let (item, position) = (self.name("x"), self.name("i"));
        if self.chance.below(4) == 0 {
            let body = self.with(&[(&item, element), (&position, N)], kind, depth);
            (format!("({item}, {position}) => "), body)
        } else {
            let body = self.with(&[(&item, element)], kind, depth);
            (format!("({item}) => "), body)
        }
    }

    fn text(&mut self, d: usize) -> Tree {
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

    fn number(&mut self, d: usize) -> Tree {
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

    fn boolean(&mut self, d: usize) -> Tree {
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

    fn date(&mut self, d: usize) -> Tree {
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

    fn texts(&mut self, d: usize) -> Tree {
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

    fn numbers(&mut self, d: usize) -> Tree {
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

    fn optional_text(&mut self, d: usize) -> Tree {
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

    fn optional_number(&mut self, d: usize) -> Tree {
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

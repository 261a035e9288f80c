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

mod more;
mod pieces;

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
        match self.chance.below(16) {
            12..=15 => self.more_statement(name),
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
}

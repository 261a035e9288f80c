//! The short names that a TypeScript project gives to its folders: `paths` and `baseUrl` of
//! `tsconfig.json`.
//!
//! Only what is written in the file itself counts, not what it extends. A file that cannot be
//! understood gives no names: an import that needed one is then told with its place.

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The file, in the project's folder.
pub(crate) const FILE: &str = "tsconfig.json";

/// Where imports that are not relative may lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Aliases {
    /// Patterns with at most one star, and what they stand for, from the project's folder.
    paths: Vec<(String, Vec<String>)>,
    base: Option<String>,
}

impl Aliases {
    /// Reads the text of the file: JSON in which comments and trailing commas are allowed, which is
    /// what an object in a script may be.
    pub(crate) fn read(text: &str) -> Self {
        let allocator = Allocator::default();
        let script = format!("({})", text.trim_start_matches('\u{feff}'));
        let Ok(parsed) = Parser::new(&allocator, &script, SourceType::ts()).parse_expression() else {
            return Self::default();
        };
        let Some(options) = object(&parsed).and_then(|file| object(member(file, "compilerOptions")?)) else {
            return Self::default();
        };
        let base = member(options, "baseUrl").and_then(text_of);
        let paths = member(options, "paths").and_then(object).map_or_else(Vec::new, |paths| {
            let entries = paths.properties.iter().filter_map(|property| match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Expression::ArrayExpression(targets) = &property.value else { return None };
                    let targets =
                        targets.elements.iter().filter_map(|target| text_of(target.as_expression()?));
                    let under = |target: String| match &base {
                        Some(base) => format!("{base}/{target}"),
                        None => target,
                    };
                    Some((property.key.static_name()?.into_owned(), targets.map(under).collect()))
                }
                ObjectPropertyKind::SpreadProperty(_) => None,
            });
            entries.collect()
        });
        Self { paths, base }
    }

    /// The paths, from the project's folder, that a module may be at. The pattern that fits most
    /// of its letters comes first, as for the compiler.
    pub(super) fn of(&self, module: &str) -> Vec<String> {
        let mut fitting: Vec<_> = self
            .paths
            .iter()
            .filter_map(|(pattern, targets)| Some((fit(pattern, module)?, targets)))
            .collect();
        fitting.sort_by_key(|(fit, _)| std::cmp::Reverse(fit.exactness));
        let aliased = fitting
            .into_iter()
            .flat_map(|(fit, targets)| targets.iter().map(move |target| target.replacen('*', fit.star, 1)));
        let based = self.base.iter().map(|base| format!("{base}/{module}"));
        aliased.chain(based).collect()
    }
}

/// How a pattern fits a module.
struct Fit<'m> {
    /// What the star stands for.
    star: &'m str,
    exactness: usize,
}

fn fit<'m>(pattern: &str, module: &'m str) -> Option<Fit<'m>> {
    match pattern.split_once('*') {
        None => (pattern == module).then_some(Fit { star: "", exactness: usize::MAX }),
        Some((before, after)) => {
            let star = module.strip_prefix(before)?.strip_suffix(after)?;
            Some(Fit { star, exactness: before.len() })
        }
    }
}

fn object<'e, 'a>(value: &'e Expression<'a>) -> Option<&'e ObjectExpression<'a>> {
    match value {
        Expression::ParenthesizedExpression(inner) => object(&inner.expression),
        Expression::ObjectExpression(object) => Some(object),
        _ => None,
    }
}

fn member<'e, 'a>(of: &'e ObjectExpression<'a>, name: &str) -> Option<&'e Expression<'a>> {
    of.properties.iter().find_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(property)
            if property.key.static_name().is_some_and(|key| key == name) =>
        {
            Some(&property.value)
        }
        ObjectPropertyKind::ObjectProperty(_) | ObjectPropertyKind::SpreadProperty(_) => None,
    })
}

fn text_of(value: &Expression) -> Option<String> {
    match value {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_pattern_comes_first_and_the_base_last() {
        let aliases = Aliases::read(
            r#"{
              // Comments and commas as editors write them.
              "compilerOptions": {
                "baseUrl": "./app",
                "paths": { "@/*": ["*", "gen/*"], "@/lib/*": ["lib/src/*"], "kinds": ["shared/kinds.ts"], },
              },
            }"#,
        );
        assert_eq!(
            aliases.of("@/lib/a"),
            ["./app/lib/src/a", "./app/lib/a", "./app/gen/lib/a", "./app/@/lib/a"]
        );
        assert_eq!(aliases.of("kinds"), ["./app/shared/kinds.ts", "./app/kinds"]);
    }

    #[test]
    fn a_file_that_cannot_be_understood_gives_no_names() {
        for text in ["", "{", "[]", "{\"compilerOptions\": 1}", "null", "{} {}"] {
            assert_eq!(Aliases::read(text).of("@/a"), Vec::<String>::new(), "{text}");
        }
    }
}

//! The short names that a TypeScript project gives to its folders: `paths` and `baseUrl` of
//! `tsconfig.json`, and of the files of the project that it extends.
//!
//! Settings of packages are not read. A file that cannot be understood gives no names: an import that
//! needed one is then told with its place.

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;
use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::typescript::join;

/// The file, in the project's folder.
const FILE: &str = "tsconfig.json";

/// Patterns with at most one star, and what they stand for.
type Patterns = Vec<(String, Vec<String>)>;

/// Where imports that are not relative may lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Aliases {
    /// From the project's folder.
    paths: Patterns,
    base: Option<String>,
}

/// What a file and those that it extends say together.
#[derive(Default)]
struct Settings {
    /// From the project's folder.
    base: Option<String>,
    /// The folder of the file that has them, and the patterns with what they stand for.
    paths: Option<(String, Patterns)>,
}

/// What a file says.
#[derive(Default)]
struct Written {
    extends: Vec<String>,
    base: Option<String>,
    paths: Option<Patterns>,
}

impl Aliases {
    /// Reads the files. `more` is asked for those at any of several paths.
    pub(crate) fn gather<E>(
        mut more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, E>,
    ) -> Result<Self, E> {
        let Settings { base, paths } = settings(&[FILE.to_owned()], &mut Vec::new(), &mut more)?;
        let (folder, paths) = paths.unwrap_or_default();
        let within = base.clone().unwrap_or(folder);
        let paths = paths.into_iter().map(|(pattern, targets)| {
            (pattern, targets.iter().filter_map(|target| join(&within, target)).collect())
        });
        Ok(Self { paths: paths.collect(), base })
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
        let based = self.base.iter().filter_map(|base| join(base, module));
        aliased.chain(based).collect()
    }
}

/// What a file says that is at one of several paths. `above` are the files that extend it.
fn settings<E>(
    candidates: &[String],
    above: &mut Vec<String>,
    more: &mut impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, E>,
) -> Result<Settings, E> {
    let mut settings = Settings::default();
    let found = more(candidates)?;
    let first = candidates.iter().find_map(|path| found.iter().find(|file| file.path == *path));
    let Some(file) = first.filter(|file| !above.contains(&file.path)) else { return Ok(settings) };
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Written { extends, base, paths } = Written::read(&file.text).unwrap_or_default();
    above.push(file.path.clone());
    for extended in extends.iter().filter(|extended| extended.starts_with('.')) {
        let Some(path) = join(folder, extended) else { continue };
        let inherited = self::settings(&[path.clone(), format!("{path}.json")], above, more)?;
        settings.base = inherited.base.or(settings.base);
        settings.paths = inherited.paths.or(settings.paths);
    }
    above.pop();
    settings.base = base.and_then(|base| join(folder, &base)).or(settings.base);
    settings.paths = paths.map(|paths| (folder.to_owned(), paths)).or(settings.paths);
    Ok(settings)
}

impl Written {
    /// Reads the text of a file: JSON in which comments and trailing commas are allowed, which is what an
    /// object in a script may be.
    fn read(text: &str) -> Option<Self> {
        let allocator = Allocator::default();
        let script = format!("({})", text.trim_start_matches('\u{feff}'));
        let parsed = Parser::new(&allocator, &script, SourceType::ts()).parse_expression().ok()?;
        let file = object(&parsed)?;
        let options = member(file, "compilerOptions").and_then(object);
        let paths = options.and_then(|options| object(member(options, "paths")?));
        Some(Self {
            extends: member(file, "extends").map(texts_of).unwrap_or_default(),
            base: options.and_then(|options| text_of(member(options, "baseUrl")?)),
            paths: paths.map(|paths| {
                let entries = paths.properties.iter().filter_map(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => {
                        Some((property.key.static_name()?.into_owned(), texts_of(&property.value)))
                    }
                    ObjectPropertyKind::SpreadProperty(_) => None,
                });
                entries.collect()
            }),
        })
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

/// A text, or each of a list of them.
fn texts_of(value: &Expression) -> Vec<String> {
    match value {
        Expression::ArrayExpression(list) => {
            list.elements.iter().filter_map(|item| text_of(item.as_expression()?)).collect()
        }
        single => text_of(single).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(files: &[(&str, &str)]) -> Aliases {
        let gathered = Aliases::gather(|paths| {
            let found = files.iter().filter(|(path, _)| paths.iter().any(|wanted| wanted == path));
            let file = |(path, text): &(&str, &str)| {
                Arc::new(SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
            };
            Ok::<_, ()>(found.map(file).collect())
        });
        gathered.unwrap()
    }

    #[test]
    fn the_closest_pattern_comes_first_and_the_base_last() {
        let aliases = gathered(&[(
            "tsconfig.json",
            r#"{
              // Comments and commas as editors write them.
              "compilerOptions": {
                "baseUrl": "./app",
                "paths": { "@/*": ["*", "gen/*"], "@/lib/*": ["lib/src/*"], "kinds": ["shared/kinds.ts"], },
              },
            }"#,
        )]);
        assert_eq!(aliases.of("@/lib/a"), ["app/lib/src/a", "app/lib/a", "app/gen/lib/a", "app/@/lib/a"]);
        assert_eq!(aliases.of("kinds"), ["app/shared/kinds.ts", "app/kinds"]);
    }

    #[test]
    fn a_file_says_what_those_that_it_extends_say_unless_it_says_otherwise() {
        let base = r#"{ "compilerOptions": { "paths": { "@/*": ["./lib/*"], "x": ["x.ts"] } } }"#;
        let files = |own: &'static str| {
            [
                ("tsconfig.json", own),
                ("config/base.json", base),
                ("config/url.json", r#"{ "extends": "./url", "compilerOptions": { "baseUrl": ".." } }"#),
            ]
        };
        let aliases = gathered(&files(r#"{ "extends": "./config/base" }"#));
        assert_eq!(aliases.of("@/a"), ["config/lib/a"], "from the folder of the file that says so");
        let both =
            r#"{ "extends": ["./config/base.json", "./config/url.json", "@tsconfig/node20", "../up.json"] }"#;
        assert_eq!(gathered(&files(both)).of("@/a"), ["lib/a", "@/a"], "from the base, wherever it is said");
        let own = r#"{ "extends": "./config/base", "compilerOptions": { "paths": { "@/*": ["app/*"] } } }"#;
        let aliases = gathered(&files(own));
        assert_eq!(aliases.of("@/a"), ["app/a"]);
        assert!(aliases.of("x").is_empty(), "paths are not merged");
    }

    #[test]
    fn a_file_that_cannot_be_understood_gives_no_names() {
        for text in
            ["", "{", "[]", "{\"compilerOptions\": 1}", "null", "{} {}", r#"{"extends": "./tsconfig.json"}"#]
        {
            assert_eq!(gathered(&[("tsconfig.json", text)]).of("@/a"), Vec::<String>::new(), "{text}");
        }
    }
}

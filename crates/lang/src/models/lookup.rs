//! What a name in a file refers to, across imports and re-exports.
//!
//! Follows names only; it does not look at the types behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::{Declaration, Export, Import, Outline, Source, Span};

/// A declaration: the number of its file, and its name there.
pub(super) type Place<'a> = (usize, &'a str);

/// What a name is looked up as. A type and a constant may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Types,
    Values,
}

/// What a name turned out to be.
pub(super) enum Found<'a> {
    /// A type or constant of the project.
    Declaration(Place<'a>),
    /// A name that is not the project's; the language may know it.
    Foreign,
    /// Something in a file with syntax errors.
    Broken(usize),
    /// Nothing.
    Missing(Missing),
}

/// Why a name leads nowhere.
pub(super) enum Missing {
    /// The module of an import has no such name, or is no file of the project.
    Import { module: String, span: Span },
    /// A namespace, an enum or the like has no such type inside.
    Inside,
}

/// The files, by path.
pub(super) struct Files<'a> {
    outlines: &'a [Outline],
    by_path: BTreeMap<&'a str, usize>,
}

impl Outline {
    fn declared(&self, space: Space) -> &BTreeMap<String, Declaration> {
        match space {
            Space::Types => &self.declarations,
            Space::Values => &self.values,
        }
    }
}

/// Where following an import leads.
#[derive(Clone, Copy)]
enum Step<'a> {
    Type(Place<'a>),
    Namespace(usize),
    Broken(usize),
}

impl<'a> Files<'a> {
    pub fn new(outlines: &'a [Outline]) -> Self {
        let by_path =
            outlines.iter().enumerate().map(|(i, outline)| (outline.file.path.as_str(), i)).collect();
        Self { outlines, by_path }
    }

    /// The file of that number.
    pub fn outline(&self, file: usize) -> Option<&'a Outline> {
        self.outlines.get(file)
    }

    /// The declaration at a place.
    pub fn declaration(&self, place: Place) -> Option<&'a Declaration> {
        self.outline(place.0)?.declarations.get(place.1)
    }

    /// The constant at a place.
    pub fn constant(&self, place: Place) -> Option<&'a Declaration> {
        self.outline(place.0)?.values.get(place.1)
    }

    /// What a path of names refers to in a file.
    pub fn find(&self, file: usize, path: &[String]) -> Found<'a> {
        self.find_in(Space::Types, file, path)
    }

    /// What a path of names refers to in a file.
    pub fn find_in(&self, space: Space, file: usize, path: &[String]) -> Found<'a> {
        let Some(((first, rest), outline)) = path.split_first().zip(self.outline(file)) else {
            return Found::Missing(Missing::Inside);
        };
        if let Some((name, _)) = outline.declared(space).get_key_value(first) {
            return if rest.is_empty() {
                Found::Declaration((file, name))
            } else {
                Found::Missing(Missing::Inside)
            };
        }
        let import = outline.imports.get(first);
        let mut step = match import {
            Some(import) => self.follow(space, import, &mut BTreeSet::new()),
            // Python's `from x import *` brings names in; TypeScript's `export *` does not, and
            // its compiler says so.
            None => self.exported(space, file, first, &mut BTreeSet::new()),
        };
        for name in rest {
            step = match step {
                Some(Step::Namespace(file)) => self.exported(space, file, name, &mut BTreeSet::new()),
                Some(Step::Type(_)) => return Found::Missing(Missing::Inside),
                Some(Step::Broken(_)) | None => step,
            };
        }
        match step {
            Some(Step::Type(place)) => Found::Declaration(place),
            Some(Step::Namespace(_)) => Found::Missing(Missing::Inside),
            Some(Step::Broken(file)) => Found::Broken(file),
            None => match import {
                Some(import) if self.is_project(import) => Found::Missing(Missing::Import {
                    module: import.module.clone(),
                    span: import.span.clone(),
                }),
                Some(_) | None => Found::Foreign,
            },
        }
    }

    /// The import that brings a path of names into a file.
    pub fn import(&self, file: usize, path: &[String]) -> Option<&'a Import> {
        self.outline(file)?.imports.get(path.first()?)
    }

    /// The name that a path ends in, as it is called where it is declared.
    pub fn original<'p>(&self, file: usize, path: &'p [String]) -> &'p str
    where
        'a: 'p,
    {
        match (path, self.import(file, path)) {
            ([_], Some(import)) => &import.original,
            (path, _) => path.last().map_or("", String::as_str),
        }
    }

    /// Whether an import can only mean a file of the project.
    fn is_project(&self, import: &Import) -> bool {
        import.module.starts_with('.')
            || import.sources.iter().any(|source| self.by_path.contains_key(source.path.as_str()))
    }

    fn follow(
        &self,
        space: Space,
        import: &Import,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Step<'a>> {
        import.sources.iter().find_map(|Source { path, name }| {
            let file = *self.by_path.get(path.as_str())?;
            match name {
                _ if self.outline(file)?.is_broken() => Some(Step::Broken(file)),
                None => Some(Step::Namespace(file)),
                Some(name) => self.exported(space, file, name, seen),
            }
        })
    }

    /// What a file exports under a name. Re-exports may go in circles; `seen` ends them.
    fn exported(
        &self,
        space: Space,
        file: usize,
        name: &str,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Step<'a>> {
        let outline = self.outline(file)?;
        if outline.is_broken() {
            return Some(Step::Broken(file));
        }
        if !seen.insert((file, name.to_owned())) {
            return None;
        }
        match outline.exports.get(name) {
            Some(Export::From(import)) => self.follow(space, import, seen),
            Some(Export::Local(local)) => match outline.declared(space).get_key_value(local) {
                Some((name, _)) => Some(Step::Type((file, name))),
                None => self.follow(space, outline.imports.get(local)?, seen),
            },
            None => outline.exports_all.iter().find_map(|import| match self.follow(space, import, seen)? {
                Step::Namespace(file) => self.exported(space, file, name, seen),
                step @ (Step::Type(_) | Step::Broken(_)) => Some(step),
            }),
        }
    }
}

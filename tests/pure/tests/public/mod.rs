//! The public functions of a crate, read from its sources.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use syn::{Attribute, Block, Expr, ImplItem, Item, Pat, Signature, Stmt, TraitItem, UseTree, Visibility};

/// A public function or method.
pub struct Function {
    /// Its module's path within the crate.
    module: Vec<String>,
    /// The type or trait it belongs to.
    owner: Option<String>,
    name: String,
    takes_self: bool,
    /// Too plain to hide anything impure.
    pub plain: bool,
}

impl Function {
    /// `module::Type::method`.
    pub fn path(&self) -> String {
        let parts = self.module.iter().chain(&self.owner).chain([&self.name]);
        parts.map(String::as_str).collect::<Vec<_>>().join("::")
    }

    /// Whether `called` names it, behind a dot, behind its type, behind its module or the crate, or bare.
    pub fn is_called(&self, called: &BTreeSet<String>) -> bool {
        let name = &self.name;
        match &self.owner {
            Some(owner) => {
                called.contains(&format!("{owner}::{name}")) || self.takes_self && called.contains(&format!(".{name}"))
            }
            None => {
                let mut left = self.module.iter().map(String::as_str).chain(["irsa_core", "irsa_trust"]);
                called.contains(name) || left.any(|left| called.contains(&format!("{left}::{name}")))
            }
        }
    }
}

/// All of the crate whose lib.rs lies in `folder`, in the order of the sources.
pub fn functions(folder: &Path) -> Vec<Function> {
    let mut scan = Scan::default();
    scan.file(&folder.join("lib.rs"), &[], true);
    let Scan { found, public, exported } = scan;
    let reaches = |name: &String| public.contains(name) || exported.contains(name);
    let reached = found.into_iter().filter(|(function, in_public_module)| match &function.owner {
        Some(owner) => reaches(owner),
        None => *in_public_module || exported.contains(&function.name),
    });
    reached.map(|(function, _)| function).collect()
}

/// Whether it is compiled for tests alone.
pub fn only_in_tests(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|a| a.path().is_ident("cfg") && tokens_of(a) == "test")
}

/// What stands in the parentheses of an attribute.
pub fn tokens_of(attr: &Attribute) -> String {
    attr.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default()
}

#[derive(Default)]
struct Scan {
    /// Everything marked `pub`, and whether it stands in a module that can be named from outside.
    found: Vec<(Function, bool)>,
    /// Types and traits in such modules.
    public: BTreeSet<String>,
    /// What such modules export by `pub use`.
    exported: BTreeSet<String>,
}

impl Scan {
    fn file(&mut self, path: &Path, module: &[String], public: bool) {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let file = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let stem = path.file_stem().unwrap();
        let parent = path.parent().unwrap();
        let beside = if stem == "lib" || stem == "mod" { parent.to_owned() } else { parent.join(stem) };
        self.items(&file.items, &beside, module, public);
    }

    fn items(&mut self, items: &[Item], beside: &Path, module: &[String], public: bool) {
        for item in items {
            match item {
                Item::Mod(inner) if !only_in_tests(&inner.attrs) => {
                    let name = inner.ident.to_string();
                    let path: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
                    let public = public && is_pub(&inner.vis);
                    match &inner.content {
                        Some((_, items)) => self.items(items, &beside.join(name), &path, public),
                        None => self.file(&source_of(beside, &name), &path, public),
                    }
                }
                Item::Use(used) if public && is_pub(&used.vis) => leaves(&used.tree, &mut self.exported),
                Item::Fn(f) if is_pub(&f.vis) && !only_in_tests(&f.attrs) => {
                    self.found.push((function(module, None, &f.sig, Some(&f.block)), public));
                }
                Item::Impl(block) if block.trait_.is_none() && !only_in_tests(&block.attrs) => {
                    let owner = last_name(&block.self_ty);
                    for member in &block.items {
                        if let ImplItem::Fn(f) = member
                            && is_pub(&f.vis)
                            && !only_in_tests(&f.attrs)
                        {
                            self.found.push((function(module, owner.clone(), &f.sig, Some(&f.block)), public));
                        }
                    }
                }
                Item::Trait(t) if is_pub(&t.vis) => {
                    self.type_name(public, &t.ident);
                    for member in &t.items {
                        if let TraitItem::Fn(f) = member {
                            let owner = Some(t.ident.to_string());
                            self.found.push((function(module, owner, &f.sig, f.default.as_ref()), public));
                        }
                    }
                }
                Item::Struct(s) if is_pub(&s.vis) => self.type_name(public, &s.ident),
                Item::Enum(e) if is_pub(&e.vis) => self.type_name(public, &e.ident),
                _ => {}
            }
        }
    }

    fn type_name(&mut self, public: bool, name: &syn::Ident) {
        if public {
            self.public.insert(name.to_string());
        }
    }
}

fn is_pub(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn source_of(beside: &Path, name: &str) -> PathBuf {
    let file = beside.join(format!("{name}.rs"));
    if file.is_file() { file } else { beside.join(name).join("mod.rs") }
}

fn leaves(tree: &UseTree, into: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, into),
        UseTree::Name(name) => {
            into.insert(name.ident.to_string());
        }
        UseTree::Rename(rename) => {
            into.insert(rename.ident.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, into)),
        _ => {}
    }
}

fn last_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

fn function(module: &[String], owner: Option<String>, sig: &Signature, body: Option<&Block>) -> Function {
    Function {
        module: module.to_vec(),
        owner,
        name: sig.ident.to_string(),
        takes_self: sig.receiver().is_some(),
        plain: body.is_some_and(|body| body.stmts.iter().all(plain_statement)),
    }
}

fn plain_statement(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expr, _) if plain(expr))
}

/// Fields, constants, constructors, assignments, comparisons, and a `match` over them; a method only where it converts.
fn plain(expr: &Expr) -> bool {
    const CONVERSIONS: [&str; 14] = [
        "as_bytes", "as_deref", "as_ref", "as_slice", "as_str", "clone", "copied", "deref", "expose", "into",
        "is_empty", "is_some", "iter", "len",
    ];
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => plain(&field.base),
        Expr::Reference(reference) => plain(&reference.expr),
        Expr::Unary(unary) => plain(&unary.expr),
        Expr::Paren(inner) => plain(&inner.expr),
        Expr::Binary(binary) => plain(&binary.left) && plain(&binary.right),
        Expr::Assign(assign) => plain(&assign.left) && plain(&assign.right),
        Expr::Struct(made) => made.fields.iter().all(|field| plain(&field.expr)),
        Expr::Tuple(tuple) => tuple.elems.iter().all(plain),
        Expr::Macro(called) => called.mac.path.is_ident("matches"),
        Expr::Match(choice) => {
            plain(&choice.expr) && choice.arms.iter().all(|arm| !matches!(arm.pat, Pat::Guard(_)) && plain(&arm.body))
        }
        // A constructor begins with a capital: `Some(…)`, `Self(…)`.
        Expr::Call(call) => call.args.iter().all(plain) && matches!(&*call.func, Expr::Path(p) if is_constructor(p)),
        Expr::MethodCall(call) => {
            CONVERSIONS.contains(&call.method.to_string().as_str())
                && plain(&call.receiver)
                && call.args.iter().all(plain)
        }
        _ => false,
    }
}

fn is_constructor(path: &syn::ExprPath) -> bool {
    path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

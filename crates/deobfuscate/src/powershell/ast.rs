//! The shape of a PowerShell text, as far as constants need it.
//!
//! Chains of operators and of member accesses are lists, not trees, so a line of ten thousand `+` is flat and only
//! real nesting (brackets and blocks, bounded by the parser) makes depth.

use std::cell::Cell;
use std::rc::Rc;

use super::text::Text;

/// A piece of the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Expr,
    /// Kept for [`super::trace::Trace`]: where it noted what this is worked out to.
    pub(crate) fold: Cell<u32>,
}

impl Node {
    pub(crate) fn new(span: Span, kind: Expr) -> Self {
        Self { span, kind, fold: Cell::new(0) }
    }
}

#[derive(Debug)]
pub(crate) enum Expr {
    /// A string without expansion, a bare word included.
    Str(Rc<Text>),
    /// `"…$x…"`.
    Expand(Vec<Node>),
    Int(i64),
    Float(f64),
    /// Lower case; `env:name` with its drive, other scopes dropped.
    Var(Rc<str>),
    /// `a, b`.
    Array(Vec<Node>),
    /// `@( … )` where the flag is set, else `$( … )`.
    Sub(Rc<[Stmt]>, bool),
    /// `( … )`.
    Paren(Box<Stmt>),
    Block(Rc<Block>),
    /// `[name]`, lower case, without `system.` at the front.
    Type(Rc<str>),
    /// Operators of one level, left to right.
    Chain(Box<Node>, Vec<(Op, Node)>),
    /// Operators before the operand, outermost first.
    Prefix(Vec<Prefix>, Box<Node>),
    Postfix(Box<Node>, Vec<Post>),
    /// `@{ name = value }`.
    Hash(Vec<(Node, Stmt)>),
    /// Something that is not followed: what could not be parsed.
    Opaque,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prefix {
    Not,
    Minus,
    Plus,
    Comma,
    Join,
    Split,
    BitNot,
    Increment(i64),
    Cast(Rc<str>),
}

#[derive(Debug)]
pub(crate) enum Post {
    Member(Name),
    Call(Name, Vec<Node>),
    Index(Node),
    Increment(i64),
}

#[derive(Debug)]
pub(crate) enum Name {
    /// Lower case.
    Word(Rc<str>),
    /// `.('na' + 'me')`.
    Dynamic(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Format,
    Range,
    Join,
    Split,
    Replace,
    /// The same with regard to case.
    SplitCase,
    ReplaceCase,
    BitXor,
    BitAnd,
    BitOr,
    ShiftLeft,
    ShiftRight,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
    NotLike,
    Match,
    NotMatch,
    In,
    NotIn,
    Contains,
    NotContains,
    And,
    Or,
    Xor,
    As,
    /// Known, but not followed.
    Other,
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) params: Vec<Param>,
    pub(crate) body: Vec<Stmt>,
    /// What stands between the braces.
    pub(crate) span: Span,
    /// Whether it was run, and whether it is among those that are run in the end if nobody does.
    pub(crate) ran: Cell<bool>,
    pub(crate) waits: Cell<bool>,
}

impl Block {
    pub(crate) fn new(params: Vec<Param>, body: Vec<Stmt>, span: Span) -> Self {
        Self { params, body, span, ran: Cell::new(false), waits: Cell::new(false) }
    }
}

#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: Rc<str>,
    /// What it is where nothing is given.
    pub(crate) default: Option<Node>,
}

/// When a part of a function runs: once before, for each item of the pipeline, once after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Begin,
    Process,
    End,
}

/// How the clauses of a `switch` are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    Exact,
    Wildcard,
    Regex,
}

#[derive(Debug)]
pub(crate) struct Switch {
    pub(crate) matching: Matching,
    pub(crate) value: Stmt,
    pub(crate) clauses: Vec<(Node, Rc<Block>)>,
    pub(crate) otherwise: Option<Rc<Block>>,
}

#[derive(Debug)]
pub(crate) enum Stmt {
    Pipeline(Vec<Element>),
    /// Target, operator (`None` for a plain `=`), value.
    Assign(Node, Option<Op>, Box<Stmt>),
    If(Vec<(Stmt, Rc<Block>)>, Option<Rc<Block>>),
    For(Box<[Stmt; 3]>, Rc<Block>),
    Foreach(Rc<str>, Box<Stmt>, Rc<Block>),
    /// Condition, body, whether the body comes first.
    While(Box<Stmt>, Rc<Block>, bool),
    /// Condition that ends it, body.
    Until(Box<Stmt>, Rc<Block>),
    Switch(Box<Switch>),
    Function(Rc<str>, Rc<Block>),
    Return(Box<Stmt>),
    /// Blocks that run one after another, and blocks that only run where something failed: `try`, `finally`; `catch`.
    Blocks(Vec<Rc<Block>>, Vec<Rc<Block>>),
    /// `begin`, `process`, `end` of a function.
    Stage(Stage, Rc<Block>),
    Break,
    Continue,
    Empty,
}

#[derive(Debug)]
pub(crate) enum Element {
    Expr(Node),
    Command(Command),
}

#[derive(Debug)]
pub(crate) struct Command {
    /// Whether `&` or `.` stood before the name.
    pub(crate) called: bool,
    /// Whether it was `.`: what is set then stays set.
    pub(crate) dotted: bool,
    pub(crate) name: Node,
    pub(crate) words: Vec<Word>,
}

#[derive(Debug)]
pub(crate) enum Word {
    /// `-name`, lower case, without the dash.
    Param(Rc<str>),
    Arg(Node),
    /// `@name`: parameters or arguments out of a variable.
    Splat(Rc<str>),
}

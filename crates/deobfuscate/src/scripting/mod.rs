//! `VBScript` and `JScript`: constant expressions, variables with constant values, counting loops.
//!
//! There is no tree: statements are walked over their tokens, so the depth of nesting costs nothing but a counter.

mod callbacks;
mod expressions;
mod flow;
mod functions;
mod packer;
mod pairs;
mod tokens;
mod value;
mod walker;

pub(crate) use self::tokens::Dialect;

use self::walker::Walker;
use crate::engine::{Child, Opened};
use crate::model::{Language, Limits};

/// Opens a text in one of the two languages: what it runs, and how it reads without its tricks.
pub(crate) fn open(
    text: &str,
    dialect: Dialect,
    limits: &Limits,
    room: usize,
    steps: &mut u64,
    opened: &mut Opened,
) {
    if text.trim_start().starts_with("#@~^") {
        opened.problems.push((
            "encoded-script",
            "the script is in Microsoft's encoded form, which is not opened".to_owned(),
        ));
        return;
    }
    let language = if dialect == Dialect::Vb { Language::VbScript } else { Language::JScript };
    if dialect == Dialect::Js
        && let Some(script) = packer::unpacked(text, room)
    {
        opened.traits.push(("obfuscated", 0));
        opened.children.push(Child { how: "execute", language: Some(language), text: script });
        return;
    }
    let (tokens, complete) = tokens::tokens(text, dialect);
    if !complete {
        opened.problems.push(("length-limit", "the script has more parts than are followed".to_owned()));
    }
    let mut walker = Walker::new(&tokens, dialect, limits.max_depth, room, steps);
    walker.run();
    if walker.out_of_steps {
        opened
            .problems
            .push(("step-limit", "working out the script takes more steps than are allowed".to_owned()));
    }
    if walker.is_obfuscated() {
        opened.traits.push(("obfuscated", 0));
    }
    if walker.tricks > 0
        && let Some(readable) = walker.readable(text, room)
    {
        opened.children.push(Child { how: "evaluated", language: Some(language), text: readable });
    }
    opened.traits.append(&mut walker.traits);
    opened.children.append(&mut walker.children);
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "tests say which of their forms failed")]
mod tests {
    use super::*;

    fn opened(text: &str, dialect: Dialect) -> Opened {
        let mut opened = Opened::default();
        let limits = Limits::default();
        open(text, dialect, &limits, limits.max_output, &mut limits.max_steps.clone(), &mut opened);
        opened
    }

    #[track_caller]
    fn shows(text: &str, dialect: Dialect, wanted: &str) {
        let opened = opened(text, dialect);
        assert!(
            opened.children.iter().any(|child| child.text.contains(wanted)),
            "{wanted:?} is not in {:#?}",
            opened.children
        );
    }

    #[test]
    fn vbscript_sums_of_characters() {
        shows("Execute Chr(77+1) & chr(&H73) & \"gBox 1\"", Dialect::Vb, "NsgBox 1");
        shows(
            "a = \"lleh\" & \"s\"\r\nb = \"power\" + StrReverse(a)\r\nCreateObject(\"WScript.Shell\").Run b & \" -e QQ\", 0",
            Dialect::Vb,
            "powershell -e QQ",
        );
        shows("ExecuteGlobal Join(Array(\"a\",\"b = 1\"), \"\")", Dialect::Vb, "ab = 1");
        shows("x = Replace(\"Wr!te\", \"!\", \"i\") : o.Exec(x & \" now\")", Dialect::Vb, "Write now");
    }

    #[test]
    fn vbscript_counting_loop() {
        let hex: String = "MsgBox 42".bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
        shows(
            &format!(
                "s = \"{hex}\"\r\nFor i = 1 To Len(s) Step 2\r\nr = r & Chr(\"&H\" & Mid(s, i, 2))\r\nNext\r\nExecute r"
            ),
            Dialect::Vb,
            "MsgBox 42",
        );
        shows(
            "For Each c In Array(77,115,103)\r\nr = r & Chr(c)\r\nNext\r\nExecute r & \"Box 1\"",
            Dialect::Vb,
            "MsgBox 1",
        );
    }

    #[test]
    fn jscript_character_codes_and_reversal() {
        shows("eval(String.fromCharCode(97,108,101,114,116)+'(1)')", Dialect::Js, "alert(1)");
        shows("var a='trela'.split('').reverse().join('');eval(a+\"(2)\")", Dialect::Js, "alert(2)");
        shows("eval(unescape('%61lert%u0028%33)'))", Dialect::Js, "alert(3)");
        shows(
            "var s='';var c=[98,109];for(var i=0;i<c.length;i++){s+=String.fromCharCode(c[i]-1);}eval(s+'(4)');",
            Dialect::Js,
            "al(4)",
        );
        shows("eval('aQlert(Q5)'.replace(/Q/g,''))", Dialect::Js, "alert(5)");
        shows("new ActiveXObject('WScript.Sh'+'ell').Run('cmd /'+'c calc',0)", Dialect::Js, "cmd /c calc");
    }

    /// `H` stands for the text in hex, `R` for it backwards, `B` for its Base64, `C` for its characters' codes.
    fn forms(wanted: &str, dialect: Dialect, forms: &[&str]) {
        let hex = wanted.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
        let backwards: String = wanted.chars().rev().collect();
        let codes = wanted.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(",");
        let base64 = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(wanted)
        };
        let mut failed = 0;
        for form in forms {
            let text = form
                .replace("<H>", &hex)
                .replace("<R>", &backwards)
                .replace("<C>", &codes)
                .replace("<B>", &base64);
            let opened = opened(&text, dialect);
            if !opened.children.iter().any(|child| child.how == "execute" && child.text == wanted) {
                println!("{form}\n{:#?}", opened.children);
                failed += 1;
            }
        }
        assert_eq!(failed, 0, "forms that are not opened");
    }

    #[test]
    fn vbscript_functions_loops_and_conditions() {
        forms(
            "o.Run(calc)",
            Dialect::Vb,
            &[
                "Function d(s)\r\nDim i, r\r\nFor i = 1 To Len(s) Step 2\r\nr = r & Chr(CInt(\"&H\" & Mid(s, i, 2)))\r\nNext\r\nd = r\r\nEnd Function\r\nExecute d(\"<H>\")",
                "Function d(s)\r\nFor i = 1 To Len(s) Step 2\r\nd = d & Chr(\"&H\" & Mid(s, i, 2))\r\nNext\r\nEnd Function\r\na = d(\"4141\")\r\nExecute d(\"<H>\")",
                "Execute(back(\"<R>\"))\r\nFunction back(ByVal t)\r\nback = StrReverse(t)\r\nEnd Function",
                "Function part(a, b)\r\npart = StrReverse(b) & a\r\nEnd Function\r\nFunction whole()\r\nwhole = part(StrReverse(\")clac(n\"), \"uR.o\")\r\nEnd Function\r\nExecute whole",
                "s = \"<H>\": i = 1\r\nDo While i < Len(s)\r\nr = r & Chr(\"&H\" & Mid(s, i, 2)): i = i + 2\r\nLoop\r\nExecute r",
                "s = \"<H>\": i = 1\r\nDo Until i > Len(s)\r\nr = r & Chr(\"&H\" & Mid(s, i, 2)): i = i + 2\r\nLoop\r\nExecute r",
                "s = \"<H>\": i = 1\r\nDo\r\nr = r & Chr(\"&H\" & Mid(s, i, 2))\r\ni = i + 2\r\nLoop While i < Len(s)\r\nExecute r",
                "s = \"<H>\": i = 1\r\nDo\r\nIf i > Len(s) Then Exit Do\r\nr = r & Chr(\"&H\" & Mid(s, i, 2))\r\ni = i + 2\r\nLoop\r\nExecute r",
                "s = \"<H>\": i = 1\r\nWhile i < Len(s)\r\nr = r & Chr(\"&H\" & Mid(s, i, 2)): i = i + 2\r\nWend\r\nExecute r",
                "a = Array(<C>)\r\nFor i = 0 To UBound(a)\r\nIf a(i) = 0 Then\r\nr = \"\"\r\nElseIf a(i) > 255 Then\r\nr = r & \"?\"\r\nElse\r\nr = r & Chr(a(i))\r\nEnd If\r\nNext\r\nExecute r",
                "Set n = CreateObject(\"MSXML2.DOMDocument\").createElement(\"x\")\r\nn.DataType = \"bin.base64\"\r\nn.Text = \"<B>\"\r\nExecute n.nodeTypedValue",
                "Sub go(t)\r\nExecute StrReverse(t)\r\nEnd Sub\r\ngo \"<R>\"",
                "Class D\r\nPublic Function go(s)\r\ngo = StrReverse(s)\r\nEnd Function\r\nEnd Class\r\nSet x = New D\r\nExecute x.go(\"<R>\")",
                "Class D\r\nPrivate k\r\nSub Class_Initialize\r\nk = 0\r\nEnd Sub\r\nPublic Function go(a)\r\nFor Each c In a\r\ngo = go & Chr(c Xor k)\r\nNext\r\nEnd Function\r\nEnd Class\r\nSet x = New D\r\nExecute x.go(Array(<C>))",
                "Function d(s)\r\nd = StrReverse(s)\r\nEnd Function\r\nSet f = GetRef(\"d\")\r\nExecute f(\"<R>\")",
                "Dim a(1)\r\na(0) = \"o.Ru\"\r\na(1) = \"n(calc)\"\r\nExecute a(0) & a(1)",
                "ReDim a(0)\r\na(0) = \"o.Ru\"\r\nReDim Preserve a(1)\r\na(1) = \"n(calc)\"\r\nExecute Join(a, \"\")",
                "Set r = New RegExp\r\nr.Global = True\r\nr.Pattern = \"#\"\r\nExecute r.Replace(\"o#.R#un(c#alc)\", \"\")",
            ],
        );
    }

    #[test]
    fn jscript_functions_loops_and_objects() {
        forms(
            "o.Run(calc)",
            Dialect::Js,
            &[
                "function d(s){var r='';for(var i=0;i<s.length;i+=2)r+=String.fromCharCode(parseInt(s.substr(i,2),16));return r;}eval(d('<H>'));",
                "eval(b('<R>'));function b(t){return t.split('').reverse().join('');}",
                "var b=function(t){return t.split('').reverse().join('');};eval(b('<R>'));",
                "(function(t){eval(t.split('').reverse().join(''))})('<R>');",
                "eval(function(t,n){while(n--){t=t.replace(/Q/,'')}return t}('oQ.RQun(cQalc)',3))",
                "var a=[<C>],s='',i=0;while(i<a.length){s+=String.fromCharCode(a[i]);i++;}eval(s);",
                "var a=[<C>],s='',i=0;while(true){if(i>=a.length)break;s+=String.fromCharCode(a[i]);i++;}eval(s);",
                "var a=[<C>],s='',i=0;do{s+=String.fromCharCode(a[i++]);}while(i<a.length);eval(s);",
                "var a=[<C>],s='';for(var i in a){s+=String.fromCharCode(a[i]);}eval(s);",
                "var a=[<C>],s='';for(var i=a.length-1;i>=0;i-=1){s=String.fromCharCode(a[i])+s;}eval(s);",
                "eval(String.fromCharCode.apply(null,[<C>]));",
                "eval(String['fromCharCode'](<C>));",
                "var p={a:'o.R','b':'un(c'};eval(p.a+p['b']+'alc)');",
                "var p={};p.a='o.R';p.b='un(calc)';eval(p.a+p.b);",
                "var a=[];a.push('o.R');a.push('un(','calc)');eval(a.join(''));",
                "var a=['x','y'];a[0]='o.Run';a[1]='(calc)';eval(a[0]+a[1]);",
                "var s=1>2?'no':'o.Run(calc)';eval(s);",
                "var n=0;if(n==0){s='o.Run'}else{s='x'}if(n)s='y';else s=s+'(calc)';eval(s);",
                "var e=new ActiveXObject('MSXML2.DOMDocument').createElement('x');e.dataType='bin.base64';e.text='<B>';eval(e.nodeTypedValue);",
                "function f(c){if(c>96){return String.fromCharCode(c)}return String.fromCharCode(c)}var s='',a=[<C>];for(i=0;i<a.length;i++){s+=f(a[i])}eval(s)",
                "eval('o.RQn(calc)'.replace(new RegExp('Q','g'),'u'))",
                "eval('xxo.Run(calc)yy'.slice(2,-2))",
                "eval([<C>].map(function(c){return String.fromCharCode(c)}).join(''));",
                "eval('o%2eRun(%63alc)'.replace(/%([0-9a-f]{2})/g,function(m,h){return String.fromCharCode(parseInt(h,16))}))",
                "var o={d:function(s){return s.split('').reverse().join('')}};eval(o.d('<R>'));",
            ],
        );
    }

    /// What nobody knows decides nothing.
    #[test]
    fn unknown_conditions_leave_their_branches_unknown() {
        for (text, dialect) in [
            (
                "function f(c){if(WScript.Arguments.length>c)return 'a(1)';return 'b(2)'}eval(f(1)+'')",
                Dialect::Js,
            ),
            (
                "Function f(c)\r\nIf Now > c Then\r\nf = Chr(65)\r\nExit Function\r\nEnd If\r\nf = StrReverse(\"x (b\")\r\nEnd Function\r\nExecute f(1)",
                Dialect::Vb,
            ),
        ] {
            let opened = opened(text, dialect);
            assert!(!opened.children.iter().any(|child| child.how == "execute"), "{:?}", opened.children);
        }
        // A loop that waits is no long work.
        for (text, dialect) in [
            ("Do\r\nWScript.Sleep 1000\r\nx = x & \"a\"\r\nLoop", Dialect::Vb),
            ("while(true){WScript.Sleep(1000);}", Dialect::Js),
        ] {
            assert!(opened(text, dialect).problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn plain_scripts_have_no_second_form() {
        for (text, dialect) in [
            ("Dim a\r\nSet a = CreateObject(\"WScript.Shell\")\r\nMsgBox \"done\"\r\n", Dialect::Vb),
            ("var a = 1; if (a == 2) { WScript.Echo('x'); }", Dialect::Js),
        ] {
            let opened = opened(text, dialect);
            assert!(opened.children.is_empty() && opened.traits.is_empty(), "{:?}", opened.children);
        }
    }

    #[test]
    fn broken_and_endless_texts_end() {
        for text in [
            "((((((((",
            "a = ",
            "For i = 1 To",
            "For i = 1 To 10 Step 0\r\nNext",
            "Execute",
            "[",
            "a[",
            "a.",
            "'",
            "\"",
            "for(;;){",
            "for(i=0;i<1;){a+='x'}",
            "x=x&x",
            "/",
            "eval(",
            "function",
            "function f",
            "function f(",
            "function f(){",
            "function f(a){return f(a)+f(a)}f('x')",
            "Function f(a): f = f(a) & f(a): End Function: x = f(1)",
            "if",
            "if(",
            "if(1)",
            "if(1)a;else",
            "If a Then",
            "If a Then\r\nElse\r\nElseIf\r\nEnd If",
            "Do",
            "Do: Loop",
            "Loop While",
            "while(1)",
            "while(1){",
            "do",
            "do{}while",
            "for(in a){}",
            "for(i in a)",
            "x={a:",
            "x={a:1,",
            "a.push(",
            "a[1]=",
            "a[99999999]=1",
            "a=[];for(i=0;i<9999999;i++){a.push(a)}",
            "x=1?",
            "x=1?2:",
            "f=function(){f()};f()",
        ] {
            opened(text, Dialect::Vb);
            opened(text, Dialect::Js);
        }
        let deep = "(".repeat(100_000);
        opened(&deep, Dialect::Js);
        opened(&format!("a={deep}"), Dialect::Vb);
        for piece in ["function f(){", "if(1){", "while(1){", "x={a:", "1?", "f(function(){", "do{"] {
            opened(&piece.repeat(20_000), Dialect::Js);
        }
        for piece in ["If a Then\r\n", "Function f(a)\r\n", "Do\r\n", "While 1\r\n", "Else\r\n"] {
            opened(&piece.repeat(20_000), Dialect::Vb);
        }
    }
}

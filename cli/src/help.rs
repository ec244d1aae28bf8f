//! The help pages. Each fits a screen and ends in an example that works as it stands.

/// The commands in the order of the overview, each with its page; and `identity`, which is none.
pub const PAGES: &[(&str, &str)] = &[
    ("credential-process", CREDENTIAL_PROCESS),
    ("exec", EXEC),
    ("env", ENV),
    ("whoami", WHOAMI),
    ("sign", SIGN),
    ("presign", PRESIGN),
    ("rds-token", RDS_TOKEN),
    ("token", TOKEN),
    ("doctor", DOCTOR),
    ("policy", POLICY),
    ("explain", EXPLAIN),
    ("get", GET),
    ("serve", SERVE),
    ("local", LOCAL),
    ("completions", COMPLETIONS),
    ("help", OVERVIEW),
    ("identity", IDENTITY),
];

/// The page of a command.
pub fn page(command: &str) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == command).map(|(_, page)| *page)
}

/// The flags that a command's page names.
pub fn flags(command: &str) -> impl Iterator<Item = &'static str> {
    flags_and_values(command).map(|(flag, _)| flag)
}

/// What follows a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// A file's or folder's name: the page writes `FILE` or `DIR`.
    File,
    /// One of these, as the page has it: `sh|fish`.
    One(&'static str),
    Text,
}

/// The flags that a command's page names, in its order, and what the page writes after each.
pub fn flags_and_values(command: &str) -> impl Iterator<Item = (&'static str, Takes)> {
    let words = page(command).unwrap_or_default().split(|c: char| c.is_whitespace() || "[],()".contains(c));
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    let of = |value: Option<&'static str>| match value {
        Some("FILE" | "DIR" | "DATA|@FILE") => Takes::File,
        Some(value) if value.starts_with(|c: char| c.is_ascii_uppercase() || c == '\'') => Takes::Text,
        Some(value) if value.contains('|') && value.starts_with(|c: char| c.is_ascii_lowercase()) => Takes::One(value),
        _ => Takes::Nothing,
    };
    std::iter::from_fn(move || {
        loop {
            let flag = words.next()?;
            if !flag.starts_with('-') || flag.len() == 1 || flag == "--" {
                continue;
            }
            let takes = match words.peek() {
                // `-X, --method NAME`: the same flag twice.
                Some(long) if !flag.starts_with("--") && long.starts_with("--") => {
                    let mut rest = words.clone();
                    rest.next();
                    of(rest.next())
                }
                value => of(value.copied()),
            };
            return Some((flag, takes));
        }
    })
}

/// The words that may stand right after a command: `secret` of `irsa get secret`.
pub fn subcommands(command: &str) -> impl Iterator<Item = &'static str> {
    let lines = page(command).unwrap_or_default().lines();
    let usage = lines.filter_map(move |line| {
        let (_, rest) = line.split_once("irsa ").filter(|(start, _)| start.trim().is_empty() || *start == "usage: ")?;
        rest.strip_prefix(command)?.split_whitespace().next()
    });
    let words = usage.flat_map(|word| word.split('|'));
    words.filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && *word != "--")
}

/// A command in a few words: the head of its page.
pub fn about(command: &str) -> &'static str {
    let head = page(command).unwrap_or_default().lines().next().unwrap_or_default();
    if command == "help" {
        "the commands, or the page of one"
    } else {
        head.split_once(": ").map_or("", |(_, about)| about)
    }
}

pub const OVERVIEW: &str = "\
irsa: a pod's service-account token becomes AWS credentials and signed requests

usage: irsa COMMAND [flags]

credentials
  credential-process   print them as AWS SDKs and CLI take them from a program
  exec -- CMD          run a command with them
  env                  print them as shell variables
  serve                keep handing them out on loopback, as ECS and EKS do
  whoami               ask AWS who they are
  explain              where they come from, and why other places were passed by
  doctor               try it all, and say what is wrong and what mends it
  token [FILE]         what the service-account token says, and what is odd
  policy …             judge a trust policy for a token, lint it, or write it
requests
  sign URL             sign a request given as to curl, or send it (--send)
  presign URL          a URL that is good by itself for a while
  rds-token HOST USER  a database user's password, where IAM lets them in
  get secret NAME      a secret of Secrets Manager
  get parameter NAME   a parameter of Parameter Store
on a laptop
  local …              an issuer, STS and services that verify (irsa-local)
  completions SHELL    for bash, fish and zsh

Most take --json. Errors: irsa: error, irsa: fix on standard error; exit codes:
2 usage, 3 configuration, 4 refused by AWS, 5 network, 70 a bug of irsa.
irsa help COMMAND, irsa --version

example: irsa exec -- aws s3 ls
";

/// The flags of every command that needs credentials.
macro_rules! identity {
    () => {
        "  --profile NAME, --role-arn ARN, --token-file FILE, --session-name NAME, --duration SECONDS,
  --region NAME, --timeout SECONDS
                       whose credentials, from where: irsa help identity
"
    };
}

const IDENTITY: &str = "\
the flags of every command that needs credentials

  --profile NAME       this profile of the config and credentials files, before all other sources
  --role-arn ARN       this role, before all other sources; with --token-file unless
  --token-file FILE    AWS_ROLE_ARN or AWS_WEB_IDENTITY_TOKEN_FILE is set
  --session-name NAME  what the session is called in CloudTrail (the pod's name)
  --duration SECONDS   how long the role is assumed for (3600)
  --region NAME        instead of AWS_REGION
  --timeout SECONDS    what it may take in all (30)

Without them: environment, web identity, profile, in the order of the AWS SDK for Java.

example: irsa whoami --role-arn arn:aws:iam::111122223333:role/app --token-file ./token
";

const CREDENTIAL_PROCESS: &str = concat!(
    "\
irsa credential-process: print credentials as the AWS SDKs and CLI want them from a program

usage: irsa credential-process [flags]

The output is JSON of version 1. It is asked for anew by the SDK before the credentials end.
",
    identity!(),
    "\n\
example: printf '[default]\\ncredential_process = irsa credential-process\\n' > ~/.aws/config
"
);

const EXEC: &str = concat!(
    "\
irsa exec: run a command with credentials in its environment

usage: irsa exec [flags] -- COMMAND [arguments]

The command takes this process's place: its exit code and signals are its own. Other AWS keys,
profiles and web identity variables are taken away, so that none of them wins over the new keys.
The command never gets newer credentials: what runs longer than they live needs a refreshing
source, such as credential-process. 125: irsa failed, 126: not executable, 127: no such command.

  --quiet, -q          do not say when the credentials end
",
    identity!(),
    "\n\
example: irsa exec -- aws s3 ls
"
);

const ENV: &str = concat!(
    "\
irsa env: print credentials as shell variables, to be evaluated

usage: irsa env [--format sh|fish|powershell|json] [flags]

Other AWS keys, profiles and web identity variables are unset, so that none of them wins.

  --format NAME        sh (the default), fish, powershell or json
  --json               the same as --format json
",
    identity!(),
    "\n\
example: eval \"$(irsa env)\"
"
);

const WHOAMI: &str = concat!(
    "\
irsa whoami: ask AWS whose credentials they are (sts:GetCallerIdentity, which needs no permission)

usage: irsa whoami [--json] [flags]

",
    identity!(),
    "\n\
example: irsa whoami --json
"
);

const SIGN: &str = concat!(
    "\
irsa sign: sign a request with AWS Signature Version 4

usage: irsa sign [flags] URL
       irsa sign [flags] --request FILE

Prints the headers to add, one a line, as curl -H @- takes them.

  -X, --method NAME, -H, --header 'NAME: VALUE', -d, --data DATA|@FILE, --data-binary
                       as to curl
  --request FILE       a whole request, as on the wire (- for standard input), instead of a URL
  --service NAME       the signing name; guessed from amazonaws.com hosts
  --unsigned-payload   leave the body out of the signature (S3)
  --date TIME          sign as of 20150830T123600Z
  --explain            print what is signed: the canonical request and the string to sign
  --send               send it: the answer's body goes to standard output
  --json
",
    identity!(),
    "\n\
example: irsa sign --send https://my-bucket.s3.eu-west-1.amazonaws.com/report.pdf
"
);

const PRESIGN: &str = concat!(
    "\
irsa presign: a URL that lets whoever has it make this one request

usage: irsa presign [flags] URL
       irsa presign [flags] --request FILE

  --expires SECONDS    how long it is good for (900), at most 604800 and as long as the keys
  -X, --method NAME
  -H, --header 'NAME: VALUE'  a header that has to be sent with it
  --request FILE, --service NAME, --date TIME, --explain, --json
                       as for irsa sign
",
    identity!(),
    "\n\
example: irsa presign --expires 60 https://my-bucket.s3.eu-west-1.amazonaws.com/report.pdf
"
);

const TOKEN: &str = "\
irsa token: what a service-account token says, and what AWS may not like about it

usage: irsa token [FILE|-] [--json] [--audience NAME]

FILE is AWS_WEB_IDENTITY_TOKEN_FILE where it is not given; - is standard input. Nothing is verified
or sent. The token's signature is not shown.

  --audience NAME      which audience is expected (sts.amazonaws.com)
  --json

example: irsa token /var/run/secrets/eks.amazonaws.com/serviceaccount/token
";

const POLICY: &str = "\
irsa policy: judge a trust policy for a token, lint it, or write the one that is needed

usage: irsa policy check|lint FILE [flags]
       irsa policy generate --provider ARN --namespace NAME --service-account NAME [flags]

check: whether STS lets the token in, statement by statement, why not, and the edit that mends it.
lint: whether IAM stores the policy, and what is odd about it. generate: the policy for one subject
and nobody else. Nothing is sent. FILE may be - or what aws iam get-role prints.

  --token-file FILE    the token that is judged (AWS_WEB_IDENTITY_TOKEN_FILE); instead of it:
  --claims FILE        a JSON object of its claims, or
  --namespace NAME, --service-account NAME, --subject TEXT, --audience NAME, --issuer URL
                       what it says, as far as it is not the usual
  --provider ARN       the OIDC provider of the issuer (the one that the policy names)
  --client-id NAME     an audience that the provider takes; may stand several times
  --role-arn ARN       the role of the policy (AWS_ROLE_ARN)
  --session-name NAME, --context KEY=VALUE
                       what the call brings besides: --context aws:SourceIp=203.0.113.7
  --json

example: irsa policy check trust-policy.json --namespace shop --service-account checkout
";

const EXPLAIN: &str = concat!(
    "\
irsa explain: get credentials, and say where they come from

usage: irsa explain [--json] [flags]

Every source in the order of the chain, what was found there, and why it was chosen or passed by.
No secret is printed.

",
    identity!(),
    "\n\
example: irsa explain
"
);

const DOCTOR: &str = concat!(
    "\
irsa doctor: look at everything between this pod and its credentials, try it, and say what mends it

usage: irsa doctor [--trust-policy FILE] [--offline] [--json] [flags]

Variables, token file, claims, endpoint, the way to STS, the exchange, and who it makes of the pod.
What only AWS can see is named. No secret is printed.

  --trust-policy FILE  the role's trust policy, or what aws iam get-role said: judged with the token
  --offline            judge without asking anybody
",
    identity!(),
    "\n\
example: kubectl exec my-pod -- irsa doctor
"
);

const RDS_TOKEN: &str = concat!(
    "\
irsa rds-token: the password of a database user, where IAM says who may connect

usage: irsa rds-token HOST:PORT USER [--json] [flags]

HOST is the endpoint as RDS shows it. The token lets in for 15 minutes, over TLS alone, where the
role's policy allows rds-db:connect for the user. --region goes before the Region in the host's
name, and that before all others. Nothing is sent but for the credentials.

  --json               with its end and its Region
",
    identity!(),
    "\n\
example: irsa rds-token db.abc123.eu-west-1.rds.amazonaws.com:5432 app
"
);

const GET: &str = concat!(
    "\
irsa get: a secret of Secrets Manager, or a parameter of Parameter Store

usage: irsa get secret NAME [--json] [flags]
       irsa get parameter NAME [--json] [flags]

NAME is a name or an ARN; a parameter's with :VERSION or :LABEL behind it, where not the latest is
meant. A binary value is printed as it is, a SecureString decrypted.

  --version-id ID      this version of a secret
  --version-stage NAME this stage of a secret (AWSCURRENT)
  --json               with name, ARN, version and time, and what else there is
",
    identity!(),
    "\n\
example: irsa get secret prod/db/password
"
);

const SERVE: &str = concat!(
    "\
irsa serve: hand out credentials on loopback, to programs that know ECS's and EKS's endpoint

usage: irsa serve [flags] [-- COMMAND [arguments]]

Prints the variables that programs need. With COMMAND it sets them for it, and ends as it does; 125:
irsa failed, 126: not executable, 127: no such command. One exchange serves all, newer keys in time.

  --port N, --ipv6     127.0.0.1 (::1) and this port, instead of a free one
  --socket FILE        a unix socket (mode 0600) instead of a port: no token
  --auth-file FILE     where to write the random authorization token (mode 0600)
  --auth-from FILE     that token, where there is one already
  --port-file FILE     gets the port's number
  --format NAME        sh (the default), fish, powershell or json; --json
  --health             ask the server at --port, --port-file or --socket: 0 where it has credentials
",
    identity!(),
    "\n\
example: irsa serve -- aws s3 ls
"
);

const LOCAL: &str = "\
irsa local: IRSA on a laptop: an issuer, STS and services that verify as AWS does

usage: irsa local [arguments of irsa-local]

Runs irsa-local, which is found beside irsa or on PATH.

example: irsa local run -- irsa whoami
";

const COMPLETIONS: &str = "\
irsa completions: what a shell needs to complete irsa's commands and flags

usage: irsa completions bash|fish|zsh

bash: evaluate it in ~/.bashrc. fish: write it to ~/.config/fish/completions/irsa.fish.
zsh: write it to _irsa in a folder of $fpath.

example: eval \"$(irsa completions bash)\"
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_fits_a_screen_and_ends_in_an_example() {
        for (name, page) in PAGES {
            // The overview may be longer than a page, not wider than the narrowest terminal.
            let (high, wide) = if *name == "help" { (30, 80) } else { (24, 100) };
            assert!(page.lines().count() <= high, "{name}: {} lines", page.lines().count());
            assert!(page.lines().all(|line| line.chars().count() <= wide), "{name} is too wide");
            let last = page.lines().last().unwrap();
            assert!(last.starts_with("example: ") && last.contains("irsa") && page.ends_with('\n'), "{name}: {last}");
            assert!(page.lines().rev().nth(1).unwrap().is_empty(), "{name}: no line before the example");
        }
    }

    #[test]
    fn flags_are_read_off_the_pages() {
        assert!(flags("token").eq(["--json", "--audience", "--audience", "--json"]));
        assert!(["-X", "--method", "-d", "--send", "--region"].iter().all(|flag| flags("sign").any(|f| f == *flag)));
        assert_eq!(flags("no such command").next(), None);
        let takes = |command: &str, flag: &str| flags_and_values(command).find(|(f, _)| *f == flag).map(|(_, t)| t);
        assert_eq!(takes("sign", "--request"), Some(Takes::File));
        assert_eq!(takes("env", "--format"), Some(Takes::One("sh|fish|powershell|json")));
        assert_eq!((takes("whoami", "--region"), takes("sign", "--send")), (Some(Takes::Text), Some(Takes::Nothing)));
        assert_eq!(takes("sign", "-X"), Some(Takes::Text));
        assert!(subcommands("get").eq(["secret", "parameter"]) && subcommands("sign").next().is_none());
    }
}

//! What goes over the wire: forms, answers in XML and JSON, refusals with AWS's code and text, bodies that fail on
//! purpose.

pub(crate) mod body;
pub(crate) mod form;
pub(crate) mod tree;

pub(crate) use body::Body;

use serde_json::{Value, json};
use tree::Node;

/// An answer, whole, before faults and common headers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string())
    }
}

/// A "no" as AWS says it, and beside it why.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// What S3's errors have besides.
    pub(crate) members: Vec<(&'static str, String)>,
    // Boxed, so that a result stays small where all is well.
    pub(crate) why: Option<Box<Why>>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), members: Vec::new(), why: None }
    }

    pub(crate) fn because(mut self, why: Why) -> Self {
        self.why = Some(Box::new(why));
        self
    }
}

/// What AWS does not say: the statement and condition, or the check, that refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// A line for each thing that stood in the way.
    pub lines: Vec<String>,
    /// The evaluation that decided, as data.
    pub detail: Value,
}

impl Why {
    pub(crate) fn line(line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], detail: Value::Null }
    }
}

/// How a client wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// STS: XML.
    Query,
    /// STS for who sends `Accept: application/json`.
    QueryJson,
    /// Secrets Manager: AWS JSON 1.1.
    Json11,
}

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

impl Protocol {
    /// The answer to an operation of the Query protocol.
    pub(crate) fn success(self, operation: &str, result: Node, request_id: &str) -> Answer {
        let metadata = || Node::Group(vec![("RequestId", Node::text(request_id))]);
        match self {
            Self::Query => {
                let mut body = format!("<{operation}Response xmlns=\"{NAMESPACE}\">\n");
                result.xml(&format!("{operation}Result"), 1, &mut body);
                metadata().xml("ResponseMetadata", 1, &mut body);
                body.push_str(&format!("</{operation}Response>\n"));
                Answer::new(200, "text/xml", body)
            }
            Self::QueryJson | Self::Json11 => {
                let inner = json!({format!("{operation}Result"): result.json(), "ResponseMetadata": metadata().json()});
                Answer::json(200, &json!({format!("{operation}Response"): inner}))
            }
        }
    }

    pub(crate) fn refusal(self, refusal: &Refusal, request_id: &str) -> Answer {
        let Refusal { status, code, message, .. } = refusal;
        let kind = if *status < 500 { "Sender" } else { "Receiver" };
        match self {
            Self::Query => {
                let error = Node::Group(vec![
                    ("Type", Node::text(kind)),
                    ("Code", Node::text(code)),
                    ("Message", Node::text(message)),
                ]);
                let mut body = String::new();
                Node::Group(vec![("Error", error), ("RequestId", Node::text(request_id))]).xml(
                    &format!("ErrorResponse xmlns=\"{NAMESPACE}\""),
                    0,
                    &mut body,
                );
                Answer::new(*status, "text/xml", body)
            }
            Self::QueryJson => Answer::json(
                *status,
                &json!({"Error": {"Code": code, "Message": message, "Type": kind}, "RequestId": request_id}),
            ),
            Self::Json11 => {
                let body = json!({"__type": code, "message": message, "Message": message});
                let mut answer = Answer::new(*status, "application/x-amz-json-1.1", body.to_string());
                answer.headers.push(("x-amzn-errortype", code.clone()));
                answer
            }
        }
    }
}

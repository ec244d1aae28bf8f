//! The names of what can be said of a trust policy. They are stable: programs match on them.

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As programs see it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

names! {
    /// Why IAM refuses a document.
    Rule {
        /// Not printable text, or longer than the API takes.
        Text = "text",
        /// No JSON.
        Json = "json",
        /// Larger than the account's quota.
        Size = "size",
        /// An element that there is not, or a value of a kind that cannot stand there.
        Element = "element",
        /// `Version` is not one of the two.
        Version = "version",
        /// `Effect` is missing, or neither `Allow` nor `Deny`.
        Effect = "effect",
        /// No statement.
        Statement = "statement",
        /// `Sid` has characters that it may not have, or stands twice.
        Sid = "sid",
        /// No `Principal`.
        PrincipalMissing = "principal-missing",
        /// `NotPrincipal`.
        NotPrincipal = "not-principal",
        /// A scalar `"Principal": "*"`.
        PrincipalAny = "principal-any",
        /// A principal that is none, of any kind but `Federated`.
        Principal = "principal",
        /// A value of `Federated` that is neither a provider's ARN nor a domain name.
        Federated = "federated",
        /// `Resource` or `NotResource`.
        Resource = "resource",
        /// Neither `Action` nor `NotAction`.
        ActionMissing = "action-missing",
        /// An action that no trust policy can give.
        Action = "action",
        /// An operator that there is not.
        Operator = "operator",
        /// A condition's key, such as one with `https://`.
        ConditionKey = "condition-key",
        /// A condition's value.
        ConditionValue = "condition-value",
        /// A shared issuer's tenant is not scoped.
        SharedIssuer = "shared-issuer",
        /// A built-in provider's application is not named.
        Application = "application",
    }
}

names! {
    /// What IAM stores although it is a mistake.
    WarningId {
        /// A member that a later one of the same name replaces.
        DuplicateMember = "duplicate-member",
    }
}

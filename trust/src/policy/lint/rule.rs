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
        /// A space before the document.
        LeadingSpace = "leading-space",
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
    /// What IAM stores although it is a mistake, or lets in more than it seems to.
    WarningId {
        /// A member that a later one of the same name replaces.
        DuplicateMember = "duplicate-member",
        /// More characters than an account takes whose quota was not raised.
        OverDefaultSize = "over-default-size",
        /// The condition lets in anybody with a token of the issuer: nothing is said of `:sub`.
        NoSubject = "no-subject",
        /// A pattern of `:sub` that leaves the namespace, or the tenant, open.
        WideSubject = "wide-subject",
        /// A pattern of `:sub` that takes every service account of a namespace.
        NamespaceSubject = "namespace-subject",
        /// The service account `default`, which every pod has that names none.
        DefaultSubject = "default-subject",
        /// A value of `:sub` that is no `system:serviceaccount:NAMESPACE:NAME`, from an issuer of Kubernetes.
        SubjectFormat = "subject-format",
        /// A value that belongs under the key of another claim.
        ClaimSwapped = "claim-swapped",
        /// An audience that is nearly `sts.amazonaws.com`.
        Audience = "audience",
        /// `ForAllValues` holds where the key is absent.
        ForAllValues = "for-all-values",
        /// `...IfExists` holds where the key is absent.
        IfExists = "if-exists",
        /// `*` or `?` under an operator that takes it literally.
        LiteralWildcard = "literal-wildcard",
        /// `${...}` in a document whose version has no policy variables.
        VariableVersion = "variable-version",
        /// `${...}` that is no policy variable: what a template left behind.
        Template = "template",
        /// A condition without values, which nothing matches.
        EmptyValues = "empty-values",
        /// An operator for another type than the text that the claim is.
        OperatorType = "operator-type",
        /// A negated operator alone stands over `:sub` or `:aud`: it keeps out one and lets in all others.
        Negated = "negated",
        /// A Deny that every web identity of its principal meets.
        DenyAlways = "deny-always",
        /// A claim that is no condition key of this issuer.
        UnknownClaim = "unknown-claim",
        /// A key of another issuer than the statement's principal.
        OtherIssuerKey = "other-issuer-key",
        /// A key that differs from the principal's issuer by a slash at its end.
        KeyTrailingSlash = "key-trailing-slash",
        /// A key that is none, such as a whole ARN or one without its claim.
        KeySpelling = "key-spelling",
        /// A key that AssumeRoleWithWebIdentity does not carry.
        KeyNotSent = "key-not-sent",
        /// A provider takes part, and its statement does not give sts:AssumeRoleWithWebIdentity.
        ActionNotGiven = "action-not-given",
        /// `NotAction` gives all that it does not name.
        NotAction = "not-action",
        /// `AWS: "*"` in an Allow: every account.
        AnyPrincipal = "any-principal",
        /// sts:AssumeRoleWithWebIdentity for a principal of a kind that cannot call it.
        PrincipalKind = "principal-kind",
        /// The policy of EKS Pod Identity, which a web identity token does not meet.
        PodIdentity = "pod-identity",
        /// A provider of another account than the role.
        ProviderAccount = "provider-account",
        /// A provider of another partition than the role.
        ProviderPartition = "provider-partition",
        /// `https://` within a provider's ARN.
        ProviderScheme = "provider-scheme",
        /// A provider's ARN that no provider can have: a wildcard, a space, a placeholder, an issuer alone.
        ProviderSpelling = "provider-spelling",
    }
}

//! What the place of a key means for whoever has to answer the leak.

use serde::Serialize;

/// A fact about a place, or about all places of a key together, that makes a leak worse or tells how it came about. The
/// order is that in which they are told: what makes it worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// A remote-tracking ref leads to it: it has left this machine.
    Pushed,
    /// It is in what browsers or phones download.
    ClientExposed,
    /// A literal in the configuration of a CI service.
    CiLiteral,
    /// In a file that builds or runs a container: whoever has the image has the key.
    ContainerFile,
    /// In a Kubernetes manifest.
    KubernetesSecret,
    /// In a file that describes or deploys infrastructure.
    CloudConfig,
    /// In the settings of an agent or of a tool that speaks MCP.
    AgentConfig,
    /// In a dotenv file that git tracks.
    DotenvTracked,
    /// The fallback of an environment variable: it looks like good practice, and is a literal.
    EnvFallback,
    /// The same key in the files of several services or environments.
    SharedAcross,
    /// First committed more than 90 days ago, and still at HEAD.
    RotationDue,
    /// In a log.
    InLog,
    /// In a test or its data.
    InTest,
    /// In documentation.
    InDocs,
}

impl Note {
    /// Every note, worst first.
    pub const ALL: [Self; 14] = [
        Self::Pushed,
        Self::ClientExposed,
        Self::CiLiteral,
        Self::ContainerFile,
        Self::KubernetesSecret,
        Self::CloudConfig,
        Self::AgentConfig,
        Self::DotenvTracked,
        Self::EnvFallback,
        Self::SharedAcross,
        Self::RotationDue,
        Self::InLog,
        Self::InTest,
        Self::InDocs,
    ];

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::ClientExposed => "client-exposed",
            Self::CiLiteral => "ci-literal",
            Self::ContainerFile => "container-file",
            Self::KubernetesSecret => "kubernetes-secret",
            Self::CloudConfig => "cloud-config",
            Self::AgentConfig => "agent-config",
            Self::DotenvTracked => "dotenv-tracked",
            Self::EnvFallback => "env-fallback",
            Self::SharedAcross => "shared-across",
            Self::RotationDue => "rotation-due",
            Self::InLog => "in-log",
            Self::InTest => "in-test",
            Self::InDocs => "in-docs",
        }
    }
}

"""Check the deployment files without a cluster or a container engine: `python -m deploy.lint`.

Reads what lies beside this file and says what would hurt in production: containers that run as root, images
that can change under the same name, missing probes and limits, secrets in the wrong place, variables that
no setting reads, proxies that let the staff console out. It proves that the files are well-formed and keep
these rules, not that they run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from deploy.known_settings import FRAMEWORK_NAMES, read_names

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
#: Images of others bring their own variables; the settings rule is for ours.
OUR_IMAGE = re.compile(r"(^|/)bellwether(:|$)")
PINNED = re.compile(r":v?\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$")
PLACEHOLDER = "replace-me"
Document = dict[str, Any]


class Finding(NamedTuple):
    """One broken rule: where, and what to do about it."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


class UnreadableFile(Exception):
    """A deployment file that is no YAML."""


def load(path: Path) -> list[Document]:
    """The documents of a YAML file. Errors: UnreadableFile."""
    try:
        return [document for document in yaml.safe_load_all(path.read_text()) if document]
    except yaml.YAMLError as error:
        raise UnreadableFile(f"{path.name}: not YAML: {error}") from error


def check_image(image: str) -> Iterator[str]:
    """An image whose content is decided by its name: a version of at least two numbers, or a digest."""
    if not image:
        yield "no image"
    elif image.endswith(":latest") or not PINNED.search(image):
        yield f"image {image!r} is not pinned to a version of at least major.minor"


# Kubernetes -------------------------------------------------------------------------------------------------


def pod_of(document: Document) -> Document:
    """The pod specification of a workload."""
    spec = document.get("spec") or {}
    if document["kind"] == "CronJob":
        spec = spec.get("jobTemplate", {}).get("spec", {})
    pod: Document = spec.get("template", {}).get("spec", {})
    return pod


def check_container(container: Document, pod: Document) -> Iterator[str]:
    yield from check_image(container.get("image", ""))
    resources = container.get("resources") or {}
    for kind in ("requests", "limits"):
        for name in ("cpu", "memory"):
            if not (resources.get(kind) or {}).get(name):
                yield f"no resources.{kind}.{name}"
    own = container.get("securityContext") or {}
    everyone = pod.get("securityContext") or {}
    if not own.get("runAsNonRoot", everyone.get("runAsNonRoot")):
        yield "may run as root: set runAsNonRoot"
    if own.get("runAsUser", everyone.get("runAsUser")) == 0:
        yield "runs as user 0"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if own.get("privileged"):
        yield "privileged"
    if "ALL" not in (own.get("capabilities") or {}).get("drop", []):
        yield "does not drop all capabilities"
    if not own.get("readOnlyRootFilesystem"):
        yield "root file system is writable"
    environment = {entry["name"]: entry.get("value") for entry in container.get("env") or []}
    yield from check_celery(container.get("command") or [], environment)
    for entry in container.get("env") or []:
        if "value" in entry and looks_secret(entry["name"]):
            yield f"{entry['name']} stands in the manifest; take it from a Secret"


def check_probes(container: Document, kind: str) -> Iterator[str]:
    if kind in ("Job", "CronJob"):
        return
    if not container.get("livenessProbe"):
        yield "no livenessProbe"
    if not container.get("ports"):
        return
    if not container.get("readinessProbe"):
        yield "no readinessProbe"
    for name, path in (("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready")):
        call = (container.get(name) or {}).get("httpGet")
        if call and call.get("path", "").partition("?")[0] != path:
            yield f"{name} asks {call.get('path')}, not {path}"
        if call and not any(header.get("name") == "Host" for header in call.get("httpHeaders") or []):
            yield f"{name} sends no Host header; ALLOWED_HOSTS refuses it"


def check_workload(document: Document, names: set[str]) -> Iterator[str]:
    pod = pod_of(document)
    containers = [*(pod.get("containers") or []), *(pod.get("initContainers") or [])]
    if not containers:
        yield "no containers"
    if pod.get("hostNetwork") or pod.get("hostPID"):
        yield "shares the host's network or processes"
    if pod.get("automountServiceAccountToken") is not False:
        yield "mounts a token of the cluster that it does not need"
    for container in containers:
        prefix = f"container {container.get('name', '?')}: "
        problems = [*check_container(container, pod), *check_probes(container, document["kind"])]
        problems += unknown_names((entry["name"] for entry in container.get("env") or []), names)
        yield from (prefix + problem for problem in problems)
    if document["kind"] == "Deployment":
        yield from _check_selector(document)


def _check_selector(document: Document) -> Iterator[str]:
    wanted = document["spec"].get("selector", {}).get("matchLabels") or {}
    given = document["spec"].get("template", {}).get("metadata", {}).get("labels") or {}
    if not wanted or any(given.get(label) != value for label, value in wanted.items()):
        yield "selector does not match the labels of its own pods"


def check_data(document: Document, names: set[str]) -> Iterator[str]:
    """A ConfigMap or Secret whose keys become environment variables."""
    data = document.get("stringData") or document.get("data") or {}
    yield from unknown_names(data, names)
    if document["kind"] == "ConfigMap":
        yield from (f"{name} is a secret in a ConfigMap" for name in data if looks_secret(name))
    else:
        filled = [name for name, value in data.items() if value != PLACEHOLDER]
        yield from (f"{name} holds something that is not {PLACEHOLDER!r}" for name in filled)


def check_autoscaler(document: Document) -> Iterator[str]:
    spec = document["spec"]
    if not 1 < spec.get("minReplicas", 1) <= spec.get("maxReplicas", 0):
        yield "needs at least two replicas and a maximum above them"


def check_kubernetes(documents: list[Document], names: set[str]) -> Iterator[str]:
    """The rules of one file's documents, and of what they need beside them."""
    for document in documents:
        kind = document.get("kind", "")
        label = f"{kind} {(document.get('metadata') or {}).get('name', '?')}: "
        problems: list[str] = []
        if not document.get("apiVersion") or not kind:
            problems.append("no apiVersion or kind")
        elif kind in WORKLOADS:
            problems += check_workload(document, names)
        elif kind in ("ConfigMap", "Secret"):
            problems += check_data(document, names)
        elif kind == "HorizontalPodAutoscaler":
            problems += check_autoscaler(document)
        elif kind == "Ingress" and not document["spec"].get("tls"):
            problems.append("no TLS")
        yield from (label + problem for problem in problems)


def check_cluster(documents: list[Document]) -> Iterator[str]:
    """What only shows when all manifests are read together."""
    deployments = {d["metadata"]["name"]: d for d in documents if d.get("kind") == "Deployment"}
    guarded = {d["metadata"]["name"] for d in documents if d.get("kind") == "PodDisruptionBudget"}
    for name, deployment in deployments.items():
        alone = deployment["spec"].get("strategy", {}).get("type") == "Recreate"
        if not alone and name not in guarded:
            yield f"Deployment {name} has no PodDisruptionBudget"
    if deployments and deployments.get("beat", {}).get("spec", {}).get("replicas") != 1:
        yield "beat must run exactly once"
    images = {c["image"] for d in documents if d.get("kind") in WORKLOADS for c in pod_of(d).get("containers") or []}
    if len(images) > 1:
        yield f"workloads run different images: {', '.join(sorted(images))}"
    if deployments and not any(_refuses_all(document) for document in documents):
        yield "no NetworkPolicy that refuses by default"


def _refuses_all(document: Document) -> bool:
    spec = document.get("spec") or {}
    is_policy = document.get("kind") == "NetworkPolicy" and spec.get("podSelector") == {}
    return is_policy and set(spec.get("policyTypes", [])) == {"Ingress", "Egress"} and not spec.get("ingress")


# Names of settings ------------------------------------------------------------------------------------------


def looks_secret(name: str) -> bool:
    return bool(re.search(r"SECRET|PASSWORD|TOKEN|_KEYS?$|DATABASE_URL|REDIS_URL", name.removesuffix("_FILE")))


def unknown_names(given: Any, names: set[str]) -> Iterator[str]:
    for name in given:
        if name.removesuffix("_FILE") not in names | FRAMEWORK_NAMES:
            yield f"{name} is read by no setting"


def check_celery(command: list[Any], environment: dict[str, Any]) -> Iterator[str]:
    """Celery forks; a pool of connections opened before the fork would be shared by its children."""
    if command and command[0] == "celery" and environment.get("DATABASE_POOL") != "0":
        yield 'celery without DATABASE_POOL "0"'


# Compose ----------------------------------------------------------------------------------------------------


def check_compose(document: Document, names: set[str]) -> Iterator[str]:
    services: dict[str, Document] = document.get("services") or {}
    if not services:
        yield "no services"
    ours = {name: service for name, service in services.items() if OUR_IMAGE.search(service.get("image", ""))}
    if len({service["image"] for service in ours.values()}) > 1:
        yield "services of the application run different images"
    for name, service in services.items():
        problems = [*check_image(service.get("image", "")), *_check_service(service)]
        environment = service.get("environment") or {}
        if name in ours and isinstance(environment, dict):
            problems += unknown_names(environment, names)
            problems += check_celery(service.get("command") or [], environment)
        yield from (f"service {name}: {problem}" for problem in problems)


def _check_service(service: Document) -> Iterator[str]:
    if service.get("privileged"):
        yield "privileged"
    if "healthcheck" not in service:
        yield "no healthcheck (say disable: true where another one tells)"
    if "restart" not in service:
        yield "no restart policy"
    environment = service.get("environment") or {}
    if not isinstance(environment, dict):
        yield "environment is a list; write a mapping"
        return
    for name, value in environment.items():
        if looks_secret(name) and "$" not in str(value) and not re.match(r"redis://\w+:\d+", str(value)):
            yield f"{name} stands in the file; take it from the environment"


# Dockerfile and nginx ---------------------------------------------------------------------------------------


def check_dockerfile(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    for word, rest in ((step[0].upper(), step[-1]) for step in steps):
        if word == "FROM":
            yield from check_image(rest.split()[0])
        if word in ("ENV", "ARG") and any(looks_secret(part.split("=")[0]) for part in rest.split()):
            yield f"a secret in {word}: {rest.split('=')[0]}"
        if word == "ADD":
            yield "ADD fetches and unpacks; use COPY"
        if "pip install" in rest and "--require-hashes" not in rest:
            yield "pip install without --require-hashes"
    words = [step[0].upper() for step in steps]
    users = [step[-1] for step in steps if step[0].upper() == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        yield "runs as root: no USER at the end"
    if words.count("FROM") < 2:
        yield "one stage only: build tools stay in the image"
    if "HEALTHCHECK" not in words:
        yield "no HEALTHCHECK"


def check_nginx(text: str) -> Iterator[str]:
    for wanted, why in (
        (r"server_tokens off;", "tells its version"),
        (r"ssl_protocols TLSv1\.2 TLSv1\.3;", "does not limit TLS to 1.2 and 1.3"),
        (r"client_max_body_size \d+m;", "has no body limit"),
        (r"real_ip_header ", "takes the balancer's address for the visitor's"),
        (
            r"proxy_set_header X-Forwarded-For \$remote_addr;",
            "passes on an address that the visitor can forge",
        ),
        (r"location = /metrics \{ return 404; \}", "lets the metrics out"),
        (r"location /staff/ \{[^}]*deny all;", "lets the staff console out"),
        (r"location /webhooks/ \{[^}]*proxy_request_buffering on;", "does not buffer webhooks"),
    ):
        if not re.search(wanted, text):
            yield why
    if text.count("{") != text.count("}"):
        yield "braces do not match"


# Everything -------------------------------------------------------------------------------------------------


def lint(folder: Path, names: set[str]) -> list[Finding]:
    """All findings for a deployment folder, in the order of its files."""
    findings: list[Finding] = []

    def add(path: Path, check: Callable[[], Iterator[str]]) -> None:
        where = str(path.relative_to(folder))
        try:
            findings.extend(Finding(where, problem) for problem in check())
        except UnreadableFile as error:
            findings.append(Finding(where, str(error)))

    everything: list[Document] = []
    for path in sorted((folder / "kubernetes").glob("*.yaml")):
        if path.name == "kustomization.yaml":
            continue
        add(path, lambda path=path: check_kubernetes(load(path), names))  # type: ignore[misc]
        everything += _load_or_nothing(path)
    add(folder / "kubernetes", lambda: check_cluster(everything))
    add(folder / "compose.yml", lambda: check_compose(load(folder / "compose.yml")[0], names))
    add(folder / "Dockerfile", lambda: check_dockerfile((folder / "Dockerfile").read_text()))
    add(folder / "nginx" / "nginx.conf", lambda: check_nginx((folder / "nginx" / "nginx.conf").read_text()))
    return findings


def _load_or_nothing(path: Path) -> list[Document]:
    try:
        return load(path)
    except UnreadableFile:
        return []  # reported by the file's own check


def main() -> int:
    findings = lint(ROOT / "deploy", read_names(ROOT / "config"))
    for finding in findings:
        print(finding)
    print(f"deploy: {len(findings)} findings" if findings else "deploy: nothing to complain about")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

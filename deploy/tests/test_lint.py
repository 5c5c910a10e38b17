"""The linter finds what it is for; and the files we ship pass it."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import lint
from deploy.known_settings import read_names

NAMES = {"SECRET_KEY", "LOG_LEVEL", "DATABASE_URL"}
GOOD: dict[str, Any] = yaml.safe_load("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true}
      containers:
        - name: web
          image: registry.example.com/bellwether:1.2.0
          ports: [{containerPort: 8000}]
          livenessProbe: {httpGet: {path: /health/live, port: 8000, httpHeaders: [{name: Host, value: a}]}}
          readinessProbe: {httpGet: {path: /health/ready, port: 8000, httpHeaders: [{name: Host, value: a}]}}
          resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
""")


def container(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["spec"]["template"]["spec"]["containers"][0]
    return found


def problems_after(change: Any) -> list[str]:
    document = copy.deepcopy(GOOD)
    change(document)
    return list(lint.check_kubernetes([document], NAMES))


class TestKubernetes:
    def test_accepts_a_good_deployment(self):
        assert problems_after(copy.copy) == []

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda d: container(d).update(image="bellwether:latest"), "not pinned"),
            (lambda d: container(d).update(image="bellwether"), "not pinned"),
            (lambda d: container(d).update(image="postgres:16"), "not pinned"),
            (lambda d: container(d).pop("image"), "no image"),
            (lambda d: container(d).pop("livenessProbe"), "no livenessProbe"),
            (lambda d: container(d).pop("readinessProbe"), "no readinessProbe"),
            (lambda d: container(d)["livenessProbe"]["httpGet"].update(path="/"), "asks /, not /health/live"),
            (lambda d: container(d)["readinessProbe"]["httpGet"].pop("httpHeaders"), "sends no Host header"),
            (lambda d: container(d)["resources"].pop("limits"), "no resources.limits.memory"),
            (lambda d: container(d).pop("resources"), "no resources.requests.cpu"),
            (lambda d: d["spec"]["template"]["spec"].pop("securityContext"), "may run as root"),
            (lambda d: container(d)["securityContext"].update(runAsUser=0), "user 0"),
            (lambda d: container(d)["securityContext"].update(runAsNonRoot=False), "may run as root"),
            (lambda d: container(d)["securityContext"].update(privileged=True), "privileged"),
            (lambda d: container(d)["securityContext"].pop("capabilities"), "capabilities"),
            (lambda d: container(d)["securityContext"].pop("readOnlyRootFilesystem"), "writable"),
            (
                lambda d: container(d)["securityContext"].pop("allowPrivilegeEscalation"),
                "allowPrivilegeEscalation",
            ),
            (
                lambda d: container(d).update(env=[{"name": "SECRET_KEY", "value": "x"}]),
                "take it from a Secret",
            ),
            (lambda d: container(d).update(env=[{"name": "SECRTE_KEY", "value": "x"}]), "read by no setting"),
            (lambda d: container(d).update(command=["celery", "worker"]), "without DATABASE_POOL"),
            (lambda d: d["spec"]["template"]["spec"].update(hostNetwork=True), "host's network"),
            (
                lambda d: d["spec"]["template"]["spec"].pop("automountServiceAccountToken"),
                "token of the cluster",
            ),
            (lambda d: d["spec"]["template"]["metadata"].update(labels={"app": "api"}), "selector"),
            (lambda d: d["spec"]["template"]["spec"].update(containers=[]), "no containers"),
            (lambda d: d.pop("apiVersion"), "no apiVersion"),
        ],
    )
    def test_names_what_is_wrong(self, change, problem):
        assert any(problem in found for found in problems_after(change)), problems_after(change)

    def test_lets_a_job_do_without_probes(self):
        job = copy.deepcopy(GOOD) | {"kind": "Job"}
        container(job).pop("livenessProbe")
        assert list(lint.check_kubernetes([job], NAMES)) == []

    def test_reads_the_pod_of_a_cron_job(self):
        cron = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"},
                "spec": {"jobTemplate": {"spec": copy.deepcopy(GOOD["spec"])}}}  # fmt: skip
        assert list(lint.check_kubernetes([cron], NAMES)) == []

    def test_keeps_secrets_out_of_config_maps(self):
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "x"},
            "data": {"SECRET_KEY": "y"},
        }
        assert list(lint.check_kubernetes([config], NAMES)) == ["ConfigMap x: SECRET_KEY is a secret in a ConfigMap"]

    def test_keeps_real_values_out_of_the_example_secret(self):
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "x"},
            "stringData": {"SECRET_KEY": "s3"},
        }
        assert "holds something" in next(iter(lint.check_kubernetes([secret], NAMES)))

    def test_wants_tls_on_an_ingress(self):
        ingress = {"apiVersion": "v1", "kind": "Ingress", "metadata": {"name": "x"}, "spec": {"rules": []}}
        assert list(lint.check_kubernetes([ingress], NAMES)) == ["Ingress x: no TLS"]

    def test_wants_an_autoscaler_to_have_room(self):
        scaler = {"apiVersion": "v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "x"},
                  "spec": {"minReplicas": 3, "maxReplicas": 2}}  # fmt: skip
        assert len(list(lint.check_kubernetes([scaler], NAMES))) == 1


class TestCluster:
    def test_wants_one_beat_a_budget_a_closed_network_and_one_image(self):
        worker = copy.deepcopy(GOOD)
        worker["metadata"] = {"name": "worker"}
        container(worker)["image"] = "registry.example.com/bellwether:1.1.0"
        text = "\n".join(lint.check_cluster([GOOD, worker]))
        assert "beat must run exactly once" in text
        assert "Deployment worker has no PodDisruptionBudget" in text
        assert "different images" in text
        assert "no NetworkPolicy" in text


class TestCompose:
    def service(self, **changes: Any) -> dict[str, Any]:
        good = {
            "image": "bellwether:1.2.0",
            "restart": "always",
            "healthcheck": {"disable": True},
            "environment": {},
        }
        return {"services": {"web": good | changes}}

    def test_accepts_a_good_service(self):
        assert list(lint.check_compose(self.service(environment={"SECRET_KEY": "${SECRET_KEY:?}"}), NAMES)) == []

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"image": "redis:latest"}, "not pinned"),
            ({"environment": {"SECRET_KEY": "abc"}}, "stands in the file"),
            ({"environment": {"LOGLEVEL": "INFO"}}, "read by no setting"),
            ({"environment": ["LOG_LEVEL=INFO"]}, "write a mapping"),
            ({"privileged": True}, "privileged"),
            ({"command": ["celery", "worker"]}, "without DATABASE_POOL"),
        ],
    )
    def test_names_what_is_wrong(self, changes, problem):
        found = list(lint.check_compose(self.service(**changes), NAMES))
        assert any(problem in text for text in found), found

    def test_wants_health_and_restart(self):
        text = "\n".join(lint.check_compose({"services": {"db": {"image": "postgres:16.1"}}}, NAMES))
        assert "no healthcheck" in text
        assert "no restart policy" in text

    def test_wants_one_image_for_all_of_ours(self):
        document = self.service()
        document["services"]["beat"] = document["services"]["web"] | {"image": "bellwether:1.3.0"}
        assert "services of the application run different images" in list(lint.check_compose(document, NAMES))

    def test_refuses_an_empty_file(self):
        assert list(lint.check_compose({}, NAMES)) == ["no services"]


class TestDockerfile:
    GOOD = "FROM a:1.2 AS x\nRUN pip install --require-hashes -r r\nFROM a:1.2\nUSER 10\nHEALTHCHECK CMD x\n"

    def test_accepts_a_good_file(self):
        assert list(lint.check_dockerfile(self.GOOD)) == []

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ("USER 10\n", "", "runs as root"),
            ("USER 10\n", "USER root\n", "runs as root"),
            ("--require-hashes ", "", "without --require-hashes"),
            ("FROM a:1.2\n", "FROM a:latest\n", "not pinned"),
            ("FROM a:1.2\n", "", "one stage"),
            ("HEALTHCHECK CMD x\n", "", "no HEALTHCHECK"),
            ("USER 10\n", "ENV SECRET_KEY=x\nUSER 10\n", "a secret in ENV"),
            ("USER 10\n", "ARG API_TOKEN\nUSER 10\n", "a secret in ARG"),
            ("USER 10\n", "ADD x y\nUSER 10\n", "use COPY"),
        ],
    )
    def test_names_what_is_wrong(self, old, new, problem):
        found = list(lint.check_dockerfile(self.GOOD.replace(old, new)))
        assert any(problem in text for text in found), found


class TestWholeFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(lint.ROOT / "deploy", tmp_path / "deploy"))

    @pytest.fixture
    def names(self) -> set[str]:
        return read_names(lint.ROOT / "config")

    def test_what_we_ship_passes(self, names):
        assert lint.lint(lint.ROOT / "deploy", names) == []

    def test_a_broken_file_is_named_and_the_rest_is_still_checked(self, folder, names):
        (folder / "kubernetes" / "beat.yaml").write_text("a: [")
        (folder / "nginx" / "nginx.conf").write_text("http {")
        findings = lint.lint(folder, names)
        text = "\n".join(map(str, findings))
        assert "kubernetes/beat.yaml: beat.yaml: not YAML" in text
        assert "nginx/nginx.conf: lets the staff console out" in text
        assert "nginx/nginx.conf: braces do not match" in text

    def test_the_proxy_must_not_believe_a_forged_address(self, folder):
        text = (folder / "nginx" / "nginx.conf").read_text()
        forged = text.replace("X-Forwarded-For $remote_addr;", "X-Forwarded-For $proxy_add_x_forwarded_for;")
        assert list(lint.check_nginx(forged)) == ["passes on an address that the visitor can forge"]


def test_names_of_settings_are_found_in_source(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "x.py").write_text("env.text('NOT_ME')")
    (tmp_path / "s.py").write_text("A = env.text('ONE'); B = env.flag('TWO'); C = os.environ.get('SIX'); d.get('NO')")
    assert read_names(tmp_path) == {"ONE", "TWO", "SIX"}

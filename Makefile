# Everything a newcomer needs: make demo, make test.
.DEFAULT_GOAL := help
.PHONY: help build bench bench-jmh demo faults-store faults-mesh faults-upgrade k8s-test sim test test-all helm-test images reference format dist clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed 's/:.*## /	/' | awk -F '\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

build: ## build the client and the server, so that ./sotto runs at once
	@build/app

bench: ## measure what this machine takes, and write target/bench: SCENARIO=pairs, BENCH="--help" lists options
	@./sotto-bench $(SCENARIO) $(BENCH)

bench-jmh: ## measure the pieces that run for every message, one by one: BENCH="Frames --trials 1"
	@./sotto-bench jmh $(BENCH)

STORE ?= embedded
SCENARIO ?= pairs
demo: ## two people talk, end to end, on this machine; STORE=vitess (or mysql, combo) for the storage; MESH=1 through a mesh, TELEMETRY=1 with its traces
	@build/app
	@./e2e/demo $(if $(MESH),mesh $(filter-out embedded,$(STORE)) $(if $(TELEMETRY),telemetry),$(STORE))

faults-store: ## the storage dies in every way under load, and nothing accepted is lost; FAULTS="--help" lists options
	@build/app
	@./e2e/faults-store $(FAULTS)

sim: ## the mesh simulated in one thread, with faults: SEEDS=10000 FROM=1 THREADS=2, or SEED=N for one
	@build/app
	@./e2e/sim $(foreach name,SEEDS FROM SEED THREADS MOST,$(if $($(name)),$(name)=$($(name))))

faults-mesh: ## the processes of a mesh die, freeze and are cut off under load, and nothing accepted is lost; FAULTS="--help" lists options
	@build/app
	@./e2e/faults-mesh $(FAULTS)

k8s-test: ## the chart on a real Kubernetes whose pods and nodes are upgraded, drained and lost under load; K8S="--help" lists options (root, Linux)
	@build/app
	@./e2e/k8s-test $(K8S)

faults-upgrade: ## a mesh of an earlier build is upgraded to this one under load, and nothing accepted is lost; FAULTS="--help" lists options
	@build/app
	@./e2e/faults-upgrade $(FAULTS)

test: ## build everything, run all tests, print a summary
	@build/test

test-all: ## the same with the long tests
	@build/test -Dsotto.long=true

helm-test: ## render the chart for each profile, check what comes out, and ask a real API for it; builds Helm once, as root a Kubernetes too
	@stack/sotto-stack install helm
	@build/mvn -B -q -pl standalone -am -Dtest=ChartTest -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip=true test
	@helm/check

images: ## the servers' images, without a registry: target/images (needs root, buildah, mmdebstrap)
	@images/make

reference: ## write docs/configuration.md anew from the code
	@build/mvn -B -q -pl standalone -am -Dsotto.write=true -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip=true test

format: ## format the Java sources
	@build/mvn -B -q spotless:apply

dist: ## the client's distribution for this platform: cli-client/target/sotto-*.tar.gz
	@rm -rf cli-client/target/app cli-client/target/sotto-*.tar.gz
	@build/mvn -B -q -Pdist -Dmaven.test.skip=true -Dspotless.check.skip=true -pl cli-client -am package
	@ls -l cli-client/target/sotto-*.tar.gz

clean: ## remove all that was built
	@rm -rf target */target

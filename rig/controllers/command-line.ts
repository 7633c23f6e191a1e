import type { ControllerName } from './names.ts';

export interface ControllerPorts {
  /** Answers `GET /healthz`. */
  readonly health: number;
  readonly metrics: number;
}

interface Place {
  readonly kubeconfig: string;
  readonly ports: ControllerPorts;
}

/** Nobody listens there: there is no Prometheus, and Flagger asks one only to analyse a canary. */
const NO_METRICS = 'http://127.0.0.1:9';

/** Neither can be told to listen on the loopback interface only. */
export function buildControllerArgs(name: ControllerName, { kubeconfig, ports }: Place): string[] {
  switch (name) {
    case 'argo-rollouts':
      return [
        `--kubeconfig=${kubeconfig}`,
        '--leader-elect=false',
        `--healthzPort=${ports.health}`,
        `--metricsport=${ports.metrics}`,
      ];
    case 'flagger':
      return [
        `-kubeconfig=${kubeconfig}`,
        '-mesh-provider=istio',
        `-metrics-server=${NO_METRICS}`,
        // The default of 10 s only makes the initialisation of a canary longer.
        '-control-loop-interval=2s',
        '-log-level=info',
        `-port=${ports.health}`,
      ];
  }
}

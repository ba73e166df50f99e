{{- define "crynux-node.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name }}{{ end -}}
{{- end }}

{{- define "crynux-node.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "crynux-node.labels" -}}
{{ include "crynux-node.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "crynux-node.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end -}}
{{- end }}

{{- define "crynux-node.modelsClaim" -}}
{{ default (printf "%s-models" (include "crynux-node.name" .)) .Values.storage.models.existingClaim }}
{{- end }}

{{- define "crynux-node.priorityClass" -}}
{{- if .Values.priorityClass.create }}{{ default (include "crynux-node.name" .) .Values.priorityClass.name }}{{ else }}{{ .Values.priorityClass.name }}{{ end -}}
{{- end }}

{{- /* Checks that a schema cannot express. */}}
{{- define "crynux-node.check" -}}
{{- if and (not .Values.keys.existingSecret) (not .Values.keys.csi.driver) }}
{{- fail (printf "keys: name a Secret in keys.existingSecret, or a driver in keys.csi.driver. For each pod it has POD.key and POD.passphrase, from %s-0.key on" (include "crynux-node.name" .)) }}
{{- end }}
{{- if and .Values.keys.existingSecret .Values.keys.csi.driver }}
{{- fail "keys: existingSecret and csi.driver are two places for the same keys; leave one empty" }}
{{- end }}
{{- if and .Values.metrics.enabled (not .Values.metrics.tokenSecret) }}
{{- fail "metrics.tokenSecret: name a Secret with the entry `token`, of 16 signs or more, or set metrics.enabled to false" }}
{{- end }}
{{- if not .Values.node.models }}
{{- fail "node.models: name at least one model, as base:qwen/qwen3-8b" }}
{{- end }}
{{- if and .Values.networkPolicy.fqdn.enabled (not .Values.networkPolicy.fqdn.names) }}
{{- fail "networkPolicy.fqdn.names: name relay, chain and hub, or turn fqdn off" }}
{{- end }}
{{- range list "proxy-password" "hub-token" "webhook-url" "telegram-token" "ntfy-url" }}
{{- if hasKey $.Values.settings . }}{{ fail (printf "settings.%s: it is a secret, and settings stand in a ConfigMap in the clear. Set it in the pod: kubectl exec -i POD -- crynux-node settings set %s --value-fd 0 --data /var/lib/crynux-node/data" . .) }}{{ end }}
{{- end }}
{{- if and .Values.metrics.enabled (eq (int .Values.window.port) (int .Values.metrics.port)) }}
{{- fail (printf "window.port and metrics.port are both %d: the program cannot listen there twice" (int .Values.metrics.port)) }}
{{- end }}
{{- range $at, $preset := .Values.networks }}
{{- if not $preset.id }}{{ fail (printf "networks[%d]: a preset has an id" $at) }}{{ end }}
{{- end }}
{{- end }}

{{- /* The nodes file for `crynux-node apply`. It is the same for every pod, because the key is in the credentials folder. */}}
{{- define "crynux-node.nodesFile" -}}
version: 1
store: keystore
passphrase: { credential: crynux-passphrase }
{{- with .Values.networks }}
networks:
{{- range . }}
  - file: network-{{ .id }}.json
{{- end }}
{{- end }}
{{- with .Values.settings }}
settings:
{{ toYaml . | indent 2 }}
{{- end }}
nodes:
  - name: node
    key:
      credential: crynux-key
      passphrase: { credential: crynux-passphrase }
    autoStart: true
    modelsFolder: /var/lib/crynux-models
{{ toYaml .Values.node | indent 4 }}
{{- end }}

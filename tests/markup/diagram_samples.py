"""One diagram of each kind that is drawn."""

from __future__ import annotations

KINDS = {
    "Flowchart": """flowchart LR
  subgraph off[Offline]
    ev[(Event log)] --> fe[Feature jobs]
  end
  fe -->|weekly| sv{{Serving}}
  sv -.-> ok((Allow)) & no([Block])
  classDef hot fill:#f99,stroke:#900,color:#fff
  class no hot
  linkStyle 0 stroke:#f00,stroke-width:4px""",
    "Sequence diagram": """sequenceDiagram
  autonumber
  actor U as User
  participant S as Scorer
  U->>+S: score(request)
  Note over S: p99 50 ms
  S-->>-U: 0.93
  alt high
    U-xS: declined
  end
  rect rgb(200,150,255)
  S->>S: refresh
  end""",
    "State diagram": """stateDiagram-v2
  [*] --> Draft
  Draft --> Review: submit
  state Review {
    Open --> Scored
  }
  Review --> [*]
  note right of Draft : nothing is lost""",
    "Class diagram": """classDiagram
  class Model {
    +str name
    +score(x) float
  }
  Model <|-- Ranker
  Model "1" o-- "*" Feature : reads""",
    "Entity relationship diagram": """erDiagram
  USER ||--o{ ORDER : places
  USER {
    int id PK
  }""",
    "Pie chart": """pie showData title Where time goes
  "Fetch" : 40
  "Rank" : 60""",
    "Gantt chart": """gantt
  title Rollout
  dateFormat YYYY-MM-DD
  section Canary
  One percent :active, a1, 2026-01-01, 7d
  All :crit, after a1, 7d
  Done :milestone, after a1, 0d""",
    "Timeline": "timeline\n  January : Shadow\n  March : Canary",
    "Mind map": "mindmap\n  root((Drift))\n    Data\n    Concept",
    "Quadrant chart": "quadrantChart\n  x-axis Low --> High\n  Cache: [0.2, 0.8]",
    "Chart": "xychart-beta\n  x-axis [jan, feb]\n  bar [50, 60]\n  line [40, 45]",
    "User journey": "journey\n  section Morning\n    Label: 3: Ana",
    "Block diagram": 'block-beta\n  columns 2\n  a["A"] b["B"]\n  a --> b',
    "Requirement diagram": "requirementDiagram\nrequirement r1 {\nid: 1\ntext: fast\n}",
    "Git graph": "gitGraph\n  commit\n  branch dev\n  commit",
    "Board": "kanban\n  Todo\n    a[Write]",
}

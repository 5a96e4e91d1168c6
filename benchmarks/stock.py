"""A stock Dash page with an input and a figure that follows it, as its tutorial makes one: what ours is laid beside."""

from dash import Dash, Input, Output, dcc, html

app = Dash(__name__)
app.layout = html.Div([dcc.Input(id="number", type="number", value=1), dcc.Graph(id="figure"), html.Div(id="ready")])


@app.callback(Output("figure", "figure"), Output("ready", "children"), Input("number", "value"))
def show(value: float | None) -> tuple[dict[str, object], str]:
    """The figure of a number."""
    return {"data": [{"type": "bar", "x": ["a", "b"], "y": [value or 0, 2]}]}, "ready"


server = app.server

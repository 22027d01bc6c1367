"""A window from which files can be dragged, as from a file manager: python3 drag_source.py PATH..."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

uris = [pathlib.Path(path).absolute().as_uri() for path in sys.argv[1:]]
window = Gtk.Window(title="Drag source")
window.set_decorated(False)
window.set_keep_above(True)
window.set_default_size(120, 60)
source = Gtk.EventBox()
source.add(Gtk.Label(label="drag me"))
source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
source.drag_source_add_uri_targets()
source.connect("drag-data-get", lambda _source, _context, data, _info, _time: data.set_uris(uris))
window.add(source)
# Not before the drop has ended: what is dragged is asked of this program.
source.connect("drag-end", lambda _source, _context: Gtk.main_quit())
window.connect("destroy", Gtk.main_quit)
window.show_all()
window.move(0, 0)
Gtk.main()

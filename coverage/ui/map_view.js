// Shows the map's page in a frame and passes on what the planner does there. map_view.py registers this file.
// New content loads in a hidden frame that takes over the old one's view, and the two change places: nothing flashes.

const views = new WeakMap();

export default function ({parentElement, data, setTriggerValue}) {
    if (!views.has(parentElement)) { views.set(parentElement, new MapFrames(parentElement)); }
    const frames = views.get(parentElement);
    frames.tell = event => setTriggerValue('event', event);
    frames.show(data);
    return () => { frames.close(); views.delete(parentElement); };
}

class MapFrames {
    constructor(parent) {
        this.box = document.createElement('div');
        this.box.className = 'map';
        parent.appendChild(this.box);
        this.shown = this.coming = this.view = null;
        this.onMessage = event => this.heard(event);
        window.addEventListener('message', this.onMessage);
    }

    show(data) {
        const changed = !this.data || this.data.html !== data.html;
        this.data = data;
        this.box.style.height = `${data.height}px`;
        if (changed) { this.load(data.html); }
        for (const frame of [this.shown, this.coming]) { if (frame) { frame.title = data.description; } }
        if (!changed && this.shown) { this.say(this.shown, {drawing: data.drawing, place: this.newPlace()}); }
    }

    newPlace() {
        const place = JSON.stringify(this.data.place), isNew = place !== this.been;
        this.been = place;
        return isNew ? this.data.place : null;
    }

    load(html) {
        if (this.coming) { this.coming.remove(); }
        const frame = document.createElement('iframe');
        frame.setAttribute('sandbox', 'allow-scripts');
        frame.tabIndex = 0;
        frame.className = this.shown ? 'coming' : '';
        frame.srcdoc = html;
        this.coming = frame;
        this.box.appendChild(frame);
    }

    heard(event) {
        const message = event.data && event.data.map;
        if (!message) { return; }
        if (this.coming && event.source === this.coming.contentWindow) {
            if (message.ready) {
                const focus = Boolean(this.shown) && this.box.getRootNode().activeElement === this.shown;
                this.say(this.coming, {view: this.view, drawing: this.data.drawing, focus: focus,
                                       place: this.newPlace()});
            }
            if (message.shown) { this.swap(); }
        } else if (this.shown && event.source === this.shown.contentWindow) {
            if (message.view) { this.view = message.view; }
            if (message.event) { this.tell(message.event); }
        }
    }

    swap() {
        const focused = this.shown && this.box.getRootNode().activeElement === this.shown;
        if (this.shown) { this.shown.remove(); }
        this.shown = this.coming;
        this.coming = null;
        this.shown.className = '';
        if (focused) { this.shown.focus(); }
    }

    say(frame, message) {
        frame.contentWindow.postMessage({map: message}, '*');
    }

    close() {
        window.removeEventListener('message', this.onMessage);
        this.box.remove();
    }
}

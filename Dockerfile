# One image for web, worker, beat and setup; docker-compose.yml says which command each runs.

# --- Styles, font and htmx from npm ---
FROM node:22-bookworm-slim AS npm
WORKDIR /site
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

# --- Python packages, and everything that can be made before the site runs ---
FROM python:3.12-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/opt/venv/bin:$PATH
WORKDIR /site
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN python -m pip install --quiet --require-hashes -r requirements.txt
COPY . .
COPY --from=npm /site/node_modules node_modules
# The values after env are for this one command: the settings want them, no secret stays in the image.
RUN python -m scripts.vendor \
 && python -m scripts.bundle_css \
 && python -m scripts.compile_messages \
 && env SECRET_KEY=only-while-the-image-is-built-0123456789abcdefghijklmnop \
        ALLOWED_HOSTS=localhost SITE_URL=http://localhost STATIC_ROOT=/site/staticfiles \
        python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf node_modules var

# --- What runs ---
FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 \
    PATH=/opt/venv/bin:$PATH \
    STATIC_ROOT=/site/staticfiles \
    VAR_DIR=/site/var \
    PORT=8000
RUN useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin site
WORKDIR /site
COPY --from=build /opt/venv /opt/venv
COPY --from=build /site /site
# The only folder the site writes to. A new volume takes its owner from here.
RUN install -d -o site /site/var
USER site
EXPOSE 8000
CMD ["gunicorn", "roadmap.wsgi"]
